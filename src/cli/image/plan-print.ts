import type { Preview } from '../../image/slim/index.ts';
import { formatCount, formatSize, formatTable, type Output, writeJson } from '../output/index.ts';
import { categoryTitle } from './slim-table.ts';

/** Prints what slimming would keep and remove, path by path. */
export function printPlan(output: Output, { tree, plan, dropped }: Preview, json: boolean): void {
  const sizeOf = (path: string): number => {
    const node = tree.get(path);
    return node?.kind === 'file' ? node.content.size : 0;
  };
  if (json) {
    const kept = [...plan.kept].map(([path, reason]) => ({ path, size: sizeOf(path), ...reason }));
    const removed = [...dropped].map(([path, drop]) => ({ path, size: sizeOf(path), ...drop }));
    writeJson(output, 'sampan.plan/1', {
      level: plan.level,
      kept,
      dropped: removed,
      packages: plan.packages,
    });
    return;
  }
  const files = [...plan.kept].filter(([path]) => tree.get(path)?.kind !== 'directory');
  const columns = [
    { title: 'keep', shrink: 'path' },
    { title: 'size', align: 'right' },
    { title: 'why', shrink: 'text' },
  ] as const;
  output.write(
    formatTable(
      columns,
      files.map(([path, { kind, text, by }]) => [
        path,
        formatSize(sizeOf(path)),
        `${kind}: ${text}${by === undefined ? '' : ` (${by})`}`,
      ]),
      output,
    ),
  );
  const total = files.reduce((sum, [path]) => sum + sizeOf(path), 0);
  const gone = new Map<string, number>();
  for (const [path, { category }] of dropped) gone.set(category, (gone.get(category) ?? 0) + sizeOf(path));
  const [kept, removed] = [files.length, dropped.size].map(formatCount);
  output.write(`\nkeeps ${kept} files, ${formatSize(total)} before stripping; removes ${removed}:\n`);
  const rows = [...gone]
    .sort(([, a], [, b]) => b - a)
    .map(([category, bytes]) => [categoryTitle(category), formatSize(bytes)]);
  output.write(formatTable([{ title: 'remove' }, { title: 'size', align: 'right' }], rows, output));
}
