import type { RunRecord } from '../../image/exercise/index.ts';

/** What runs could not be given, each once. */
export function warningsOf(runs: readonly RunRecord[]): string[] {
  return [...new Set(runs.flatMap(run => run.warnings))];
}

/** A run as JSON documents tell it: all but what the app printed. */
export function runJson(run: RunRecord): object {
  const { outcome, readyMs, stopMs, exit, usage, probes, warnings } = run;
  return {
    outcome,
    readyMs: Math.round(readyMs),
    stopMs: Math.round(stopMs),
    exit,
    usage,
    probes: probes.map(({ name, ok, detail, status }) => ({ name, ok, detail, status })),
    warnings,
  };
}
