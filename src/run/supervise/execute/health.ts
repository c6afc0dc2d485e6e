import { type ContainerState, containerState } from '../../../core/docker/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { Need } from '../plan/index.ts';
import type { ExecuteContext } from './context.ts';

/** A container without a health check is taken for healthy when it has run this long. */
const SETTLED_MS = 2000;
/** One that has crashed before must run longer. */
const RECOVERED_MS = 10_000;
/** So many crashes of a new container are no bad luck any more. */
const MOST_CRASHES = 3;

/** What waiting ended with. */
export type Stand = 'met' | 'not yet' | { readonly failed: string };

/** Whether a container meets a condition, given how long it is known to run. Pure. */
function standOf(state: ContainerState, condition: Need['condition'], ranMs: number): Stand {
  const hasEnded = state.status === 'exited' || state.status === 'dead';
  if (condition === 'service_completed_successfully') {
    if (!hasEnded) return 'not yet';
    return state.exitCode === 0 ? 'met' : { failed: endOf(state) };
  }
  if (hasEnded) return { failed: endOf(state) };
  if (state.status === 'restarting' && state.restartCount >= MOST_CRASHES && condition === 'service_healthy')
    return { failed: `it crashes again and again, ${state.restartCount} times by now: ${endOf(state)}` };
  if (state.status !== 'running') return 'not yet';
  if (condition === 'service_started' || state.health === 'healthy') return 'met';
  if (state.health === 'unhealthy')
    return { failed: `it is unhealthy${state.healthOutput === '' ? '' : `: ${state.healthOutput}`}` };
  if (state.health === 'starting') return 'not yet';
  return ranMs >= (state.restartCount === 0 ? SETTLED_MS : RECOVERED_MS) ? 'met' : 'not yet';
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
  const { docker, signal, sleep, now, monotonic } = context;
  const end = monotonic() + context.timeoutMs;
  let seen = { startedAt: '', sinceMs: 0 };
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    const state = await containerState(docker, container.id, { signal });
    // The clock of the day may jump: it is asked once, and then what was watched counts.
    if (state.startedAt !== seen.startedAt) {
      const ranMs = Math.max(0, now() - Date.parse(state.startedAt));
      seen = { startedAt: state.startedAt, sinceMs: monotonic() - ranMs };
    }
    const stand = standOf(state, condition, monotonic() - seen.sinceMs);
    if (stand === 'met') return;
    if (stand !== 'not yet')
      throw new SampanError('unproven', `${container.name}: ${stand.failed}`, {
        remedy: `see what it says: sampan logs`,
      });
    if (monotonic() >= end)
      throw new SampanError(
        'timeout',
        `${container.name} was not ready in ${Math.round(context.timeoutMs / 1000)} s`,
      );
    await sleep(pauseMs, signal);
  }
}
