import { type Column, formatSize, formatTable, type Output } from '../output/index.ts';
import type { TopRow } from './top-sample.ts';

const BARS = '▁▂▃▄▅▆▇█';

/** A curve of the last values as wide as `columns`, from nothing to `most`; a gap where nothing is known. */
function sparkline(values: readonly number[], most: number, columns: number): string {
  return values
    .slice(-columns)
    .map(value => {
      if (!Number.isFinite(value)) return ' ';
      const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
      return BARS[Math.min(BARS.length - 1, Math.round(share * (BARS.length - 1)))] ?? ' ';
    })
    .join('')
    .padStart(columns);
}

const SPARK = 20;
const LEAST_FOR_SPARKS = 110;

/** What containers use, as a table; with curves where it is live and there is room. */
export function topTable(
  rows: readonly TopRow[],
  output: Pick<Output, 'isTerminal' | 'columns' | 'color'>,
  { live }: { readonly live: boolean },
): string {
  const hasCurves = live && output.columns >= LEAST_FOR_SPARKS;
  const right = (title: string): Column => ({ title, align: 'right' });
  const curve = (title: string): readonly Column[] => (hasCurves ? [{ title }] : []);
  const columns: Column[] = [
    { title: 'CONTAINER', shrink: 'text' },
    right('CPU'),
    ...curve('LAST MINUTE'),
    right('MEMORY'),
    ...curve(' '),
    right('OF'),
    right('NET IN/s'),
    right('OUT/s'),
    right('READ/s'),
    right('WRITE/s'),
    right('PIDS'),
  ];
  return formatTable(
    columns,
    rows.map(row => cells(row, hasCurves)),
    output,
  );
}

function cells(row: TopRow, hasCurves: boolean): readonly string[] {
  const curve = (values: readonly number[], least: number): readonly string[] =>
    hasCurves ? [sparkline(values, Math.max(least, ...values.filter(Number.isFinite)), SPARK)] : [];
  if (row.status !== 'running') return [row.container, row.status];
  return [
    row.container,
    known(row.cpu, cpu => `${(cpu * 100).toFixed(cpu < 0.0995 ? 1 : 0)} %`),
    ...curve(row.cpuPast, 0.01),
    known(row.memoryBytes, formatSize),
    ...curve(row.memoryPast, 1),
    known(row.memoryLimitBytes, formatSize),
    known(row.received, rounded),
    known(row.sent, rounded),
    known(row.read, rounded),
    known(row.written, rounded),
    known(row.processes, String),
  ];
}

function rounded(bytes: number): string {
  return formatSize(Math.round(bytes));
}

function known(value: number, text: (value: number) => string): string {
  return Number.isFinite(value) ? text(value) : '–';
}

/** The same for `--json`; unknown values are null. */
export function topJson(rows: readonly TopRow[]): readonly object[] {
  return rows.map(({ cpuPast: _cpu, memoryPast: _memory, ...row }) => row);
}
