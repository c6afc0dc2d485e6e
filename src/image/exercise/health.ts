import type { ImageConfig } from '../../core/oci/index.ts';

/** The image's own health check. */
export interface HealthCommand {
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** The HEALTHCHECK of an image as a command, if it has one (Dockerfile reference, HEALTHCHECK). */
export function healthOf(config: ImageConfig): HealthCommand | undefined {
  const [kind, ...rest] = config.config?.Healthcheck?.Test ?? [];
  const timeoutMs = (config.config?.Healthcheck?.Timeout ?? 0) / 1e6 || DEFAULT_TIMEOUT_MS;
  if (kind === 'CMD' && rest.length > 0) return { args: rest, timeoutMs };
  if (kind !== 'CMD-SHELL' || rest[0] === undefined) return undefined;
  const shell = config.config?.Shell ?? [];
  return { args: [...(shell.length > 0 ? shell : ['/bin/sh', '-c']), rest[0]], timeoutMs };
}
