import { isMet, type Measurement } from './benchmark.ts';

const COLUMNS = ['what', 'ours', 'theirs', 'ours ÷ theirs', 'wanted', 'note'];

/** The measurements as a Markdown table; it reads well on a terminal too. */
export function tableOf(measurements: readonly Measurement[]): string {
  const rows = [COLUMNS, ...measurements.map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map(width => '-'.repeat(width)));
  return [line(COLUMNS), rule, ...rows.slice(1).map(line)].join('\n');
}

function rowOf(measurement: Measurement): string[] {
  const { name, unit, ours, theirs, against, note = '' } = measurement;
  const figure = (value: number): string =>
    `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
  if (theirs === undefined) return [name, figure(ours), '', '', wanted(measurement), note];
  return [
    name,
    figure(ours),
    `${figure(theirs)} (${against})`,
    (ours / theirs).toFixed(2),
    wanted(measurement),
    note,
  ];
}

function wanted(measurement: Measurement): string {
  const { most, theirs, unit } = measurement;
  if (most === undefined) return '';
  const limit = theirs === undefined ? `${most} ${unit}` : most.toFixed(2);
  return `≤ ${limit}: ${isMet(measurement) === true ? 'PASS' : 'MISS'}`;
}
