import { type Output, pad, styleFor, widthOf, wrapText } from '../output/index.ts';
import type { Item, Page } from './page.ts';

const MAX_COLUMNS = 100;
const MAX_TERM_COLUMNS = 30;

/** A help page for a terminal, wrapped to its width (at most 100 columns). */
export function terminalPage(page: Page, output: Pick<Output, 'color' | 'columns'>): string {
  const { bold, dim } = styleFor(output);
  const columns = Math.min(output.columns, MAX_COLUMNS);
  const section = (title: string, items: readonly Item[]) =>
    items.length === 0 ? [] : [bold(title), ...itemLines(items, columns), ''];
  const examples = page.examples.flatMap(({ term, meaning }) => [
    `  ${term}`,
    ...wrapText(meaning, columns - 6).map(line => `      ${dim(line)}`),
  ]);
  return [
    `${dim('usage:')} ${page.usage}`,
    '',
    ...wrapText(page.summary, columns),
    '',
    ...page.paragraphs.flatMap(paragraph => [...wrapText(paragraph, columns), '']),
    ...section('Arguments', page.arguments),
    ...section('Options', page.options),
    ...section('Common options', page.commonOptions),
    ...(examples.length === 0 ? [] : [bold('Examples'), ...examples, '']),
    ...section('Exit status', page.exitCodes),
  ].join('\n');
}

function itemLines(items: readonly Item[], columns: number): string[] {
  const widest = Math.max(...items.map(item => widthOf(item.term)));
  const termColumns = Math.min(widest, MAX_TERM_COLUMNS);
  const indent = termColumns + 4;
  return items.flatMap(({ term, meaning }) => {
    const lines = wrapText(meaning, columns - indent).map(line => ' '.repeat(indent) + line);
    const head = `  ${pad(term, termColumns)}  `;
    if (widthOf(term) > termColumns) return [head.trimEnd(), ...lines];
    return [head + (lines[0] ?? '').slice(indent), ...lines.slice(1)];
  });
}
