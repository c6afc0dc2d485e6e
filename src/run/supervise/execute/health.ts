import { type ContainerState, containerState } from '../../../core/docker/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { Need } from '../plan/index.ts';
import type { ExecuteContext } from './context.ts';

/** A container without a health check is taken for healthy when it has run this long. */
export const SETTLED_MS = 2000;

/** What waiting ended with. */
export type Stand = 'met' | 'not yet' | { readonly failed: string };

/** Whether a container meets a condition. Pure. */
export function standOf(state: ContainerState, condition: Need['condition'], nowMs: number): Stand {
  const hasEnded = state.status === 'exited' || state.status === 'dead';
  if (condition === 'service_completed_successfully') {
    if (!hasEnded) return 'not yet';
    return state.exitCode === 0 ? 'met' : { failed: endOf(state) };
  }
  if (hasEnded) return { failed: endOf(state) };
  if (state.status !== 'running') return 'not yet';
  if (condition === 'service_started' || state.health === 'healthy') return 'met';
  if (state.health === 'unhealthy')
    return { failed: `it is unhealthy${state.healthOutput === '' ? '' : `: ${state.healthOutput}`}` };
  if (state.health === 'starting') return 'not yet';
  return nowMs - Date.parse(state.startedAt) >= SETTLED_MS && state.restartCount === 0 ? 'met' : 'not yet';
}

/** How a container ended, for a person. */
export function endOf(state: ContainerState): string {
  if (state.oomKilled) return 'it was killed because it used more memory than its limit';
  const why = state.error === '' ? '' : `: ${state.error}`;
  return `it ended with status ${state.exitCode}${why}`;
}

/** Waits until a container meets a condition. @throws SampanError `unproven` when it cannot any more, `timeout`. */
export async function waitFor(
  container: { readonly id: string; readonly name: string },
  condition: Need['condition'],
  context: ExecuteContext & { readonly timeoutMs: number },
): Promise<void> {
  const { docker, signal, sleep, now } = context;
  const end = now() + context.timeoutMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    const stand = standOf(await containerState(docker, container.id, { signal }), condition, now());
    if (stand === 'met') return;
    if (stand !== 'not yet')
      throw new SampanError('unproven', `${container.name}: ${stand.failed}`, {
        remedy: `see what it says: sampan logs`,
      });
    if (now() >= end)
      throw new SampanError(
        'timeout',
        `${container.name} was not ready in ${Math.round(context.timeoutMs / 1000)} s`,
      );
    await sleep(pauseMs, signal);
  }
}
