import { deepEqual, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { effects } from './effects.ts';
import { cycles, folderEntry, indexIsList, roomOrder, testsApart } from './imports.ts';
import { docComments, fileSize, functionSize, plainModules } from './shape.ts';
import { readSources, type Source, type Violation } from './source.ts';
import { unusedExports } from './unused.ts';

const root = join(import.meta.dirname, '..', '..');
const folders = ['src', 'test', 'bench', 'scripts', 'demo', 'corpus'].filter(name =>
  existsSync(join(root, name)),
);
// The apps of the corpus are images' contents, written as their authors would.
const sources = readSources(root, folders).filter(({ path }) => !/^corpus\/.+\//.test(path));

function mend(violations: readonly Violation[]): string[] {
  return violations.map(({ path, line, message }) => `${path}:${line}  ${message}`);
}

function holds(promise: string, check: (source: Source) => readonly Violation[]): void {
  test(promise, () => deepEqual(mend(sources.flatMap(check)), []));
}

test('the sources are there', () => ok(sources.length > 20));
holds('rooms import only from rooms before them', roomOrder);
test('folders are entered through their index.ts', () => deepEqual(mend(folderEntry(sources)), []));
holds('an index.ts only lists what its folder offers', indexIsList);
test('no file imports itself by way of others', () => deepEqual(mend(cycles(sources)), []));
test('what is published imports no test', () => deepEqual(mend(testsApart(sources)), []));
test('every export has a user', () => deepEqual(mend(unusedExports(sources)), []));
holds('files have at most 300 lines', fileSize);
holds('functions have at most 50 lines', functionSize);
holds('every export has a doc comment', docComments);
holds('there is no default export and no any', plainModules);
holds('only the command line prints, exits and reads its surroundings', effects);
