import type { CommandEntry } from '../command/index.ts';
import { pad, widthOf } from '../output/index.ts';
import { GROUPS } from './overview.ts';
import { type Item, type Page, pageOf } from './page.ts';

/**
 * The reference as Markdown (CommonMark with tables), made from the commands: file name to content. `README.md`
 * lists them all.
 */
export async function markdownReference(
  table: readonly CommandEntry[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map([['README.md', indexPage(table)]]);
  for (const { name, summary, load } of table) {
    files.set(`${name}.md`, markdownPage(name, pageOf(name, summary, await load())));
  }
  return files;
}

function indexPage(table: readonly CommandEntry[]): string {
  const groups = Object.entries(GROUPS).flatMap(([group, title]) => {
    const rows = table
      .filter(entry => entry.group === group)
      .map(({ name, summary }) => [`[\`sampan ${name}\`](${name}.md)`, summary] as const);
    return rows.length === 0
      ? []
      : [`## ${title}`, '', ...markdownTable(['command', 'what it does'], rows), ''];
  });
  return [
    '# Commands',
    '',
    'Made from the commands themselves by `scripts/reference.ts`.',
    '',
    ...groups,
  ].join('\n');
}

function markdownPage(name: string, page: Page): string {
  const section = (title: string, items: readonly Item[]) =>
    items.length === 0 ? [] : [`## ${title}`, '', ...markdownTable(['', ''], items.map(cells)), ''];
  const examples = page.examples.flatMap(({ term, meaning }) => [
    `${meaning}:`,
    '',
    '```sh',
    term,
    '```',
    '',
  ]);
  return [
    `# sampan ${name}`,
    '',
    page.summary,
    '',
    '```',
    page.usage,
    '```',
    '',
    ...page.paragraphs.flatMap(paragraph => [paragraph, '']),
    ...section('Arguments', page.arguments),
    ...section('Options', page.options),
    ...section('Common options', page.commonOptions),
    ...(examples.length === 0 ? [] : ['## Examples', '', ...examples]),
    ...section('Exit status', page.exitCodes),
  ].join('\n');
}

function cells({ term, meaning }: Item): readonly [string, string] {
  return [`\`${term.trim()}\``, meaning];
}

type Row = readonly [string, string];

/** Aligned as the formatter of this project aligns tables. */
function markdownTable(titles: Row, rows: readonly Row[]): string[] {
  const escaped = [titles, ...rows].map(([a, b]) => [escapeCell(a), escapeCell(b)] as const);
  const first = Math.max(3, ...escaped.map(([a]) => widthOf(a)));
  const second = Math.max(3, ...escaped.map(([, b]) => widthOf(b)));
  const [head, ...body] = escaped.map(([a, b]) => `| ${pad(a, first)} | ${pad(b, second)} |`);
  return [head ?? '', `| ${'-'.repeat(first)} | ${'-'.repeat(second)} |`, ...body];
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
