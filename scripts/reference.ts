import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { COMMANDS } from '../src/cli/commands/index.ts';
import { markdownReference } from '../src/cli/help/index.ts';

const directory = new URL('../docs/reference/', import.meta.url);
const files = await markdownReference(COMMANDS);
mkdirSync(directory, { recursive: true });
for (const name of readdirSync(directory)) {
  if (name.endsWith('.md') && !files.has(name)) rmSync(new URL(name, directory));
}
for (const [name, content] of files) writeFileSync(new URL(name, directory), content);
