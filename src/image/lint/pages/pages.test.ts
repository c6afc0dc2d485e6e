import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../rules/index.ts';
import { foreignRules, foreignTable, rulePages } from './index.ts';

const directory = new URL('../../../../docs/rules/', import.meta.url);

test('docs/rules is what the rules say; node scripts/rules.ts writes it', () => {
  const wanted = rulePages();
  deepEqual(readdirSync(directory).sort(), [...wanted.keys()].sort());
  for (const [name, content] of wanted) equal(readFileSync(new URL(name, directory), 'utf8'), content, name);
});

test('the table of other tools in docs/lint.md is what the rules say', () => {
  ok(readFileSync(new URL('../lint.md', directory), 'utf8').includes(foreignTable()));
});

test('each rule of another tool has one of ours, or a reason', () => {
  for (const { id, ours, reason } of foreignRules()) ok(ours.length > 0 || reason !== '', id);
});

test('what a rule of ours covers is in the table', () => {
  const known = new Set(foreignRules().map(({ id }) => id));
  // Names that docker build --check had before.
  const former = [
    'FileConsistentCommandCasing',
    'SelfConsistentCommandCasing',
    'UndeclaredArgInFrom',
    'UndefinedArg',
  ];
  for (const { covers = [] } of RULES) {
    for (const id of covers) ok(known.has(id) || former.includes(id), id);
  }
});
