import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { markdownReference } from '../help/index.ts';
import { COMMANDS } from './table.ts';

const directory = new URL('../../../docs/reference/', import.meta.url);

test('docs/reference is what the commands say; node scripts/reference.ts writes it', async () => {
  const wanted = await markdownReference(COMMANDS);
  deepEqual(readdirSync(directory).sort(), [...wanted.keys()].sort());
  for (const [name, content] of wanted) equal(readFileSync(new URL(name, directory), 'utf8'), content, name);
});

test('every command can be told apart and says what it does in one line', () => {
  equal(new Set(COMMANDS.map(command => command.name)).size, COMMANDS.length);
  for (const { name, summary } of COMMANDS) equal(/^[a-z][^\n.]{9,79}$/.test(summary), true, name);
});

test('no option of a command takes the name or letter of another, or of a common one', async () => {
  const { COMMON_OPTIONS } = await import('../command/index.ts');
  for (const { name, load } of COMMANDS) {
    const { options } = await load();
    const all = [...Object.entries(options), ...Object.entries(COMMON_OPTIONS)];
    const names = all.flatMap(([key, { short }]) => (short === undefined ? [key] : [key, short]));
    equal(new Set(names).size, names.length, name);
  }
});

test('every schema that a command prints is described in docs/formats/json.md', async () => {
  const page = readFileSync(new URL('../formats/json.md', directory), 'utf8');
  for (const { name, load } of COMMANDS) {
    const { json } = (await load()).options;
    const schema = /sampan\.[a-z-]+\/\d+/.exec(json?.description ?? '')?.[0];
    equal(schema === undefined || page.includes(schema), true, `${name}: ${schema}`);
  }
});
