import { type RunRecord, reasonsOf } from '../../image/exercise/index.ts';

/** What does not work in a run that stands alone, one line each, for people; nothing when all does. */
export function failures(run: RunRecord): string[] {
  if (run.exit.oomKilled) return ['it ran out of memory'];
  if (run.outcome === 'crashed') return [`it ended at once with status ${run.exit.code}${reasonsOf(run)}`];
  if (run.outcome === 'never-ready') return [`it never got ready${reasonsOf(run)}`];
  return run.probes.filter(probe => !probe.ok).map(probe => `${probe.name}: ${probe.detail}`);
}
