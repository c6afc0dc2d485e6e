import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { foreignTable, rulePages } from '../src/image/lint/index.ts';

const directory = new URL('../docs/rules/', import.meta.url);
const guide = new URL('../docs/lint.md', import.meta.url);
const files = rulePages();
mkdirSync(directory, { recursive: true });
for (const name of readdirSync(directory)) {
  if (name.endsWith('.md') && !files.has(name)) rmSync(new URL(name, directory));
}
for (const [name, content] of files) writeFileSync(new URL(name, directory), content);
const text = readFileSync(guide, 'utf8');
writeFileSync(
  guide,
  text.replace(/(<!-- rules -->\n)[\s\S]*(<!-- \/rules -->)/, `$1\n${foreignTable()}\n$2`),
);
