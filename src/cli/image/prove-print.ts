import type { RunRecord } from '../../image/exercise/index.ts';
import { formatDuration, formatSize, formatTable, type Output, styleFor } from '../output/index.ts';

import { warningsOf } from './run-json.ts';

/** A run and the image that it is of. */
export interface NamedRun {
  readonly name: string;
  readonly run: RunRecord;
}

/** Prints runs side by side: how each began and ended, what it took, and each probe. */
export function printRuns(output: Output, runs: readonly NamedRun[]): void {
  const probes = new Set(runs.flatMap(({ run }) => run.probes.map(probe => probe.name)));
  const row = (title: string, cell: (run: RunRecord) => string): string[] => [
    title,
    ...runs.map(({ run }) => cell(run)),
  ];
  const rows = [
    row('outcome', ({ outcome, exit }) => `${OUTCOMES[outcome]}, status ${exit.code}`),
    row('ready after', ({ readyMs }) => formatDuration(readyMs)),
    row('stopped after', ({ stopMs }) => formatDuration(stopMs)),
    row('peak memory', ({ usage }) => sizeCell(usage.peakMemoryBytes)),
    ...[...probes].map(name => row(name, run => probeCell(run, name))),
  ];
  const columns = [
    { title: '', shrink: 'path' },
    ...runs.map(({ name }) => ({ title: name, shrink: 'path' }) as const),
  ] as const;
  output.write(formatTable(columns, rows, output));
  const { yellow } = styleFor(output);
  for (const each of warningsOf(runs.map(({ run }) => run))) output.write(`${yellow('!')} ${each}\n`);
}

const OUTCOMES: Readonly<Record<RunRecord['outcome'], string>> = {
  ready: 'got ready',
  finished: 'finished',
  crashed: 'crashed',
  'never-ready': 'never got ready',
};

function sizeCell(bytes: number | undefined): string {
  return bytes === undefined ? 'not counted here' : formatSize(bytes);
}

function probeCell(run: RunRecord, name: string): string {
  const probe = run.probes.find(each => each.name === name);
  if (probe === undefined) return 'not reached';
  return probe.ok ? probe.detail : `failed: ${probe.detail}`;
}
