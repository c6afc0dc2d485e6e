import { formatCount, formatTable, type Output, styleFor, visible } from '../output/index.ts';
import { categoryTitle } from './slim-table.ts';
import type { Answer, Fate } from './why.ts';

/** Prints what became of paths: one at length, with its chain; several, as of a pattern, a line each. */
export function printAnswer(output: Output, { asked, fates }: Answer): void {
  const [only] = fates;
  if (only === undefined) return;
  if (fates.length > 1) {
    output.write(formatTable(COLUMNS, fates.map(lineOf), output));
    return;
  }
  const { bold, dim } = styleFor(output);
  const named = only.path === asked ? '' : dim(` (${visible(asked)})`);
  output.write(`${bold(visible(only.path))}${named}: ${outcomeOf(only, output)}\n`);
  if (only.outcome === 'kept') printChain(output, only);
  else if (only.outcome === 'dropped')
    output.write(dim(`  to keep it: sampan slim --keep '${visible(only.path)}' …\n`));
  else output.write(dim(`  path by path: sampan why … '${visible(only.path)}/**'\n`));
}

const COLUMNS = [{ title: 'path', shrink: 'path' }, { title: '' }, { title: 'why', shrink: 'text' }] as const;

function lineOf(fate: Fate): string[] {
  if (fate.outcome === 'dropped') return [fate.path, 'dropped', whyDropped(fate)];
  if (fate.outcome === 'directory') return [fate.path, 'directory', ''];
  const last = fate.chain.at(-1);
  const by = fate.chain.at(-2);
  return [fate.path, 'kept', `${last?.kind}: ${last?.text}${by === undefined ? '' : ` ← ${by.path}`}`];
}

function outcomeOf(fate: Fate, output: Output): string {
  const { green, yellow } = styleFor(output);
  switch (fate.outcome) {
    case 'kept':
      return `${green('kept')}, in the layer ${fate.layer}`;
    case 'dropped':
      return `${yellow('dropped')}: ${whyDropped(fate)}`;
    case 'directory':
      return `a directory; of what it held, ${formatCount(fate.kept)} stay and ${formatCount(fate.dropped)} go`;
  }
}

function whyDropped({ category, package: owner }: Extract<Fate, { outcome: 'dropped' }>): string {
  const title = categoryTitle(category);
  return owner === undefined ? title : `${title}; of the package ${owner}`;
}

function printChain(output: Output, { chain }: Extract<Fate, { outcome: 'kept' }>): void {
  const rows = chain.map(({ path, kind, text }, i) => [
    `${i === 0 ? '  ' : '  → '}${path}`,
    `${kind}: ${text}`,
  ]);
  const columns = [
    { title: '', shrink: 'path' },
    { title: '', shrink: 'text' },
  ] as const;
  output.write(formatTable(columns, rows, output));
}
