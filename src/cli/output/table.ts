import { visible } from '../../core/text/index.ts';
import type { Output } from './port.ts';
import { styleFor } from './style.ts';
import { pad, truncate, truncateMiddle, widthOf } from './width.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** This column gives way when the table is wider than the terminal; its cells are cut in the middle (`path`) or at the end. */
  readonly shrink?: 'path' | 'text';
}

const GAP = '  ';
const LEAST_COLUMNS = 12;

/**
 * Lines of aligned columns under their titles, each ended by a line break. Cells are made safe to show.
 * On a terminal the columns that may shrink are cut to its width; elsewhere nothing is cut.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  output: Pick<Output, 'isTerminal' | 'columns' | 'color'>,
): string {
  const safe = rows.map(row => columns.map((_, i) => visible(row[i] ?? '')));
  const widths = fit(columns, naturalWidths(columns, safe), output);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => pad(cut(cell, columns[i], widths[i] ?? 0), widths[i] ?? 0, columns[i]?.align))
      .join(GAP)
      .trimEnd();
  const titles = columns.some(column => column.title !== '')
    ? [styleFor(output).dim(line(columns.map(column => column.title)))]
    : [];
  return [...titles, ...safe.map(line)].map(text => `${text}\n`).join('');
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, i) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[i] ?? '')), widthOf(column.title)),
  );
}

function fit(
  columns: readonly Column[],
  natural: readonly number[],
  output: Pick<Output, 'isTerminal' | 'columns'>,
): number[] {
  const total = natural.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1);
  let excess = output.isTerminal ? total - output.columns : 0;
  const left = columns.filter(column => column.shrink !== undefined).length;
  if (excess <= 0 || left === 0) return [...natural];
  const widths = [...natural];
  // The widest gives way first, one column at a time: tables are small and this needs no arithmetic.
  while (excess > 0) {
    const widest = widestShrinkable(columns, widths);
    if ((widths[widest] ?? 0) <= LEAST_COLUMNS) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

function widestShrinkable(columns: readonly Column[], widths: readonly number[]): number {
  let widest = -1;
  for (const [i, column] of columns.entries()) {
    if (column.shrink === undefined) continue;
    if (widest === -1 || (widths[i] ?? 0) > (widths[widest] ?? 0)) widest = i;
  }
  return widest;
}

function cut(cell: string, column: Column | undefined, width: number): string {
  return column?.shrink === 'path' ? truncateMiddle(cell, width) : truncate(cell, width);
}
