import { equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { widthOf } from '../output/index.ts';
import { SAMPLE_COMMANDS } from '../testing/index.ts';
import { markdownReference, overview, pageOf, terminalPage } from './index.ts';

/** Compares with a file beside this one; UPDATE_GOLDEN=1 writes it anew. */
function golden(name: string, actual: string): void {
  const file = new URL(`fixtures/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual);
  equal(actual, readFileSync(file, 'utf8'));
}

async function samplePage(output: { readonly color: boolean; readonly columns: number }): Promise<string> {
  const { name, summary, load } = SAMPLE_COMMANDS[0]!;
  return terminalPage(pageOf(name, summary, await load()), output);
}

test('the overview lists the commands under the titles of their groups', () => {
  golden('overview.txt', overview(SAMPLE_COMMANDS, { color: false }));
});

test('a help page has the usage, arguments, options, examples and exit statuses', async () => {
  golden('shrink.txt', await samplePage({ color: false, columns: 80 }));
});

test('a help page keeps to the width of the terminal, and to 100 columns on a wide one', async () => {
  for (const columns of [60, 80, 300]) {
    for (const line of (await samplePage({ color: false, columns })).split('\n')) {
      ok(widthOf(line) <= Math.min(columns, 100), `${columns}: ${line}`);
    }
  }
});

test('colours change nothing but the colours', async () => {
  const coloured = await samplePage({ color: true, columns: 80 });
  ok(coloured.includes('\x1b['));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is removed.
  equal(coloured.replace(/\x1b\[\d+m/g, ''), await samplePage({ color: false, columns: 80 }));
});

test('the reference has a page for each command and an index of them', async () => {
  const files = await markdownReference(SAMPLE_COMMANDS);
  golden('shrink.md', files.get('shrink.md') ?? '');
  match(files.get('README.md') ?? '', /\[`sampan shrink`\]\(shrink\.md\)/);
});
