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

/** What is told at the end of slimming. */
export interface SlimSummary {
  readonly result: SlimResult;
  readonly ms: number;
  /** Where the slim image is now, as people name it. */
  readonly places: readonly string[];
}

/** What went, by category: the largest first. */
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
    add(category, node?.kind === 'file' ? node.content.size : 0);
  }
  for (const bytes of result.nodes.stripped.values()) add('symbols', bytes);
  return [...sums].map(([category, sum]) => ({ category, ...sum })).sort((a, b) => b.bytes - a.bytes);
}

const TITLES: Readonly<Record<string, string>> = {
  unused: 'nothing asks for it',
  symbols: 'symbols and debug sections',
  user: 'dropped by --drop',
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
export function printSummary(output: Output, { result, ms, places }: SlimSummary): void {
  const { before, after } = result;
  const style = styleFor(output);
  const rows = [
    [
      'size',
      formatSize(before.sizeBytes),
      formatSize(after.sizeBytes),
      `−${formatPercent(1 - after.sizeBytes / before.sizeBytes)}`,
    ],
    ['files', formatCount(before.files), formatCount(after.files), ''],
    ['packages', formatCount(before.packages), formatCount(after.packages), ''],
    ['layers', formatCount(before.layers), formatCount(after.layers), ''],
    ...proofRows(result),
  ];
  const columns = [
    { title: '' },
    { title: 'before', align: 'right' },
    { title: 'after', align: 'right' },
    { title: '' },
  ] as const;
  output.write(`\n${formatTable(columns, rows, output)}\n`);
  const removed = removedByCategory(result).filter(each => each.bytes > 0);
  const gone = removed
    .slice(0, 8)
    .map(each => [categoryTitle(each.category), formatSize(each.bytes), formatCount(each.files)]);
  output.write(
    formatTable(
      [{ title: 'removed' }, { title: 'size', align: 'right' }, { title: 'files', align: 'right' }],
      gone,
      output,
    ),
  );
  for (const attempt of result.attempts) {
    output.write(
      `\n${style.yellow('!')} level ${attempt.level} did not prove itself: ${attempt.problems.join('; ')}\n`,
    );
    if (attempt.lookups.length > 0)
      output.write(
        `  then kept what it missed: ${attempt.lookups.slice(0, 6).join(' ')}${attempt.lookups.length > 6 ? ' …' : ''}\n`,
      );
  }
  const verdict =
    result.runs === undefined
      ? style.yellow('not proven: nothing was run')
      : style.green(`proven at level ${result.plan.level}`);
  output.write(`\n${verdict} in ${formatDuration(ms)}; the image is ${places.join(' and ')}\n`);
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
