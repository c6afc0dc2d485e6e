import type { RunRecord } from '../../image/exercise/index.ts';

const SAID_LINES = 3;

/** What does not work in a run that stands alone, one line each, for people; nothing when all does. */
export function failures(run: RunRecord): string[] {
  if (run.exit.oomKilled) return ['it ran out of memory'];
  if (run.outcome === 'crashed') return [`it ended at once with status ${run.exit.code}${said(run)}`];
  if (run.outcome === 'never-ready') return [`it never got ready${said(run)}`];
  return run.probes.filter(probe => !probe.ok).map(probe => `${probe.name}: ${probe.detail}`);
}

function said({ output }: RunRecord): string {
  const lines = (output.stderr || output.stdout).trim().split('\n').slice(-SAID_LINES).join('\n  ');
  return lines === '' ? '' : `; it said:\n  ${lines}`;
}
