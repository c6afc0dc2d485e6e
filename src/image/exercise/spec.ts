import type { RunSpec } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import type { Exercise } from './types.ts';

/**
 * How a container of an image runs on an unpacked root file system.
 *
 * @throws SampanError `usage` when neither the image nor the user says what to run.
 */
export function specOf(config: ImageConfig, rootfs: string, exercise: Exercise): RunSpec {
  const container = config.config ?? {};
  const args = argumentsOf(config, exercise.command);
  if (args.length === 0) {
    throw new SampanError('usage', 'the image has no entry point and no command', {
      remedy: 'say what to run: … -- COMMAND ARGUMENTS',
    });
  }
  return {
    rootfs,
    args,
    env: [...(container.Env ?? []), ...exercise.env],
    workingDirectory: container.WorkingDir || '/',
    user: exercise.user ?? container.User ?? '',
    mounts: exercise.mounts,
    ports: usedPorts(config, exercise),
    limits: exercise.limits,
    architecture: config.architecture,
  };
}

/** The entry point and its arguments (Docker's rule: a command of one's own replaces the image's). */
export function argumentsOf(config: ImageConfig, command?: readonly string[]): string[] {
  const { Entrypoint, Cmd } = config.config ?? {};
  return [...(Entrypoint ?? []), ...(command ?? Cmd ?? [])];
}

/** The TCP ports that an image exposes, in their order there. */
export function exposedPorts(config: ImageConfig): number[] {
  const names = Object.keys(config.config?.ExposedPorts ?? {});
  return names.flatMap(name => {
    const [, first, last, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(name) ?? [];
    if (first === undefined || protocol !== 'tcp') return [];
    const count = Math.min(Math.max(Number(last ?? first) - Number(first), 0), 15) + 1;
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  });
}

/** The TCP ports that an image exposes, and those that its probes use. */
export function usedPorts(config: ImageConfig, exercise: Exercise): number[] {
  const probed = exercise.probes.flatMap(probe => (probe.kind === 'http' ? [probe.port] : []));
  return [...new Set([...exposedPorts(config), ...probed])];
}
