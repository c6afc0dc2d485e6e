import type { RunRecord } from '../../image/exercise/index.ts';
import type { SlimResult } from '../../image/slim/index.ts';
import { WASTE_ADVICE, type WasteCategory } from '../../image/userland/waste/index.ts';
import type { Output } from '../output/index.ts';
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatSize,
  formatTable,
  styleFor,
} from '../output/index.ts';
import { warningsOf } from './run-json.ts';

/** What is told at the end of slimming. */
export interface SlimSummary {
  readonly result: SlimResult;
  readonly ms: number;
  /** Where the slim image is now, as people name it. */
  readonly places: readonly string[];
}

/** Which files went, by category: the largest first. Symlinks and devices are not counted. */
export function removedByCategory(
  result: SlimResult,
): { readonly category: string; readonly files: number; readonly bytes: number }[] {
  const sums = new Map<string, { files: number; bytes: number }>();
  const add = (category: string, bytes: number): void => {
    const sum = sums.get(category) ?? { files: 0, bytes: 0 };
    sums.set(category, { files: sum.files + 1, bytes: sum.bytes + bytes });
  };
  for (const [path, { category }] of result.dropped) {
    const node = result.original.tree.get(path);
    if (node?.kind === 'file') add(category, node.content.size);
  }
  for (const bytes of result.nodes.stripped.values()) add('symbols', bytes);
  return [...sums].map(([category, sum]) => ({ category, ...sum })).sort((a, b) => b.bytes - a.bytes);
}

const TITLES: Readonly<Record<string, string>> = {
  unused: 'Nothing asks for it',
  symbols: 'Symbols and debug sections',
  user: 'Dropped by --drop',
};

/** The title of a category, for people. */
export function categoryTitle(category: string): string {
  const known: Readonly<Record<string, { readonly title: string }>> = WASTE_ADVICE satisfies Record<
    WasteCategory,
    unknown
  >;
  return TITLES[category] ?? known[category]?.title ?? category;
}

/** Prints the summary for people. */
export function printSummary(output: Output, summary: SlimSummary): void {
  const { result, ms, places } = summary;
  const style = styleFor(output);
  output.write(`\n${formatTable(FIGURE_COLUMNS, figureRows(result), output)}\n`);
  const removed = removedRows(result);
  if (removed.length > 0) output.write(formatTable(REMOVED_COLUMNS, removed, output));
  for (const { level, problems, lookups } of result.attempts) {
    output.write(`\n${style.yellow('!')} level ${level} did not prove itself: ${problems.join('; ')}\n`);
    if (lookups.length > 0)
      output.write(`  so it was tried again with what was missed: ${someOf(lookups)}\n`);
  }
  const warnings = warningsOf(runsOf(result));
  for (const each of warnings) output.write(`\n${style.yellow('!')} ${each}\n`);
  const doubt = doubtOf(result);
  if (doubt !== undefined) output.write(`\n${style.bold(style.yellow(`! ${doubt}`))}\n`);
  const made =
    doubt === undefined
      ? style.green(`proven at level ${result.plan.level}`)
      : `made at level ${result.plan.level}`;
  output.write(`\n${made} in ${formatDuration(ms)}; the image is ${places.join(' and ')}\n`);
}

/** Says that a slim image is not proven, and why; absent for one that is. */
export function doubtOf({ runs, unproven }: SlimResult): string | undefined {
  if (runs !== undefined) return undefined;
  return `not proven: nothing shows that it works (${firstLine(unproven ?? 'nothing was run')})`;
}

const FIGURE_COLUMNS = [
  { title: '' },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: '' },
] as const;

function figureRows(result: SlimResult): string[][] {
  const { before, after } = result;
  const less = before.sizeBytes === 0 ? 0 : 1 - after.sizeBytes / before.sizeBytes;
  return [
    ['size', formatSize(before.sizeBytes), formatSize(after.sizeBytes), `−${formatPercent(less)}`],
    ['files', formatCount(before.files), formatCount(after.files), ''],
    ['packages', formatCount(before.packages), formatCount(after.packages), ''],
    ['layers', formatCount(before.layers), formatCount(after.layers), ''],
    ...proofRows(result),
  ];
}

const REMOVED_COLUMNS = [
  { title: 'removed' },
  { title: 'size', align: 'right' },
  { title: 'files', align: 'right' },
] as const;
const REMOVED_ROWS = 8;

/** The largest categories, and the rest as one. */
function removedRows(result: SlimResult): string[][] {
  const removed = removedByCategory(result).filter(each => each.bytes > 0);
  const shown = removed.length > REMOVED_ROWS + 1 ? removed.slice(0, REMOVED_ROWS) : removed;
  const rest = removed.slice(shown.length);
  const row = (title: string, parts: typeof removed): string[] => [
    title,
    formatSize(parts.reduce((sum, each) => sum + each.bytes, 0)),
    formatCount(parts.reduce((sum, each) => sum + each.files, 0)),
  ];
  return [
    ...shown.map(each => row(categoryTitle(each.category), [each])),
    ...(rest.length > 0 ? [row('Others', rest)] : []),
  ];
}

const LOOKUPS_SHOWN = 6;

function someOf(paths: readonly string[]): string {
  return `${paths.slice(0, LOOKUPS_SHOWN).join(' ')}${paths.length > LOOKUPS_SHOWN ? ' …' : ''}`;
}

function runsOf({ runs }: SlimResult): RunRecord[] {
  return runs === undefined ? [] : [runs.original, runs.slim];
}

function proofRows(result: SlimResult): string[][] {
  if (result.runs === undefined) return [];
  const { original, slim } = result.runs;
  const memory = (bytes: number | undefined): string => (bytes === undefined ? '' : formatSize(bytes));
  return [
    ['ready after', formatDuration(original.readyMs), formatDuration(slim.readyMs), ''],
    ['peak memory', memory(original.usage.peakMemoryBytes), memory(slim.usage.peakMemoryBytes), ''],
  ];
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/(; it said)?:$/, '');
}
