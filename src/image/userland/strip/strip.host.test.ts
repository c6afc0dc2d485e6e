import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { contentChunks, fileContent } from '../../../core/bytes/index.ts';
import { tryStrip } from './index.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** Strips `from` into `to`. */
function stripFile(from: string, to: string): void {
  const outcome = tryStrip(fileContent(from, statSync(from).size));
  assert.equal(outcome.kind, 'stripped', outcome.kind === 'left' ? outcome.why : '');
  if (outcome.kind !== 'stripped') return;
  const file = openSync(to, 'w');
  for (const chunk of contentChunks(outcome.content)) writeSync(file, chunk);
  closeSync(file);
  chmodSync(to, 0o755);
}

/** What eu-elflint finds wrong, without the numbers of sections. */
function complaints(path: string): Set<string> {
  const { stdout } = spawnSync('eu-elflint', ['--gnu-ld', path], { encoding: 'utf8' });
  const lines = stdout.split('\n').map(line => line.replace(/\[ *\d+\]/g, '[]'));
  // Symbols are named by the symbol table that is gone.
  return new Set(
    lines.filter(line => line !== '' && line !== 'No errors' && !/invalid symbol index/.test(line)),
  );
}

function newComplaints(path: string, original: string): string[] {
  const old = complaints(original);
  return [...complaints(path)].filter(line => !old.has(line));
}

const SOURCE = `#include <stdio.h>
#include <stdlib.h>
#ifdef LIBRARY
int answer(void) { return 42; }
#else
int main(int argc, char **argv) { char *copy = malloc(9); printf("answer %d\\n", copy ? 42 : argc); return 0; }
#endif
`;

const KINDS = {
  'a dynamic program': ['-g'],
  'a program at a fixed address': ['-g', '-no-pie'],
  'a static program': ['-g', '-static'],
  'a static program at any address': ['-g', '-static-pie'],
  'a program with relocations kept': ['-g', '-Wl,--emit-relocs'],
  'a program with compressed debug data': ['-g', '-gz'],
} as const;

describe('a stripped file, beside the tools of binutils and elfutils', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'sampan-strip-'));
    writeFileSync(join(directory, 'a.c'), SOURCE);
  });
  after(() => rmSync(directory, { recursive: true }));

  const compile = (name: string, flags: readonly string[]): string | undefined => {
    const path = join(directory, name);
    const { status } = spawnSync('gcc', [...flags, '-o', path, join(directory, 'a.c')]);
    return status === 0 ? path : undefined;
  };

  for (const [kind, flags] of Object.entries(KINDS)) {
    test(`${kind} runs as before, and is as small as theirs`, t => {
      if (!has('gcc')) return t.skip('gcc is not installed');
      const program = compile('program', flags);
      if (program === undefined) return t.skip(`gcc cannot build it: ${flags.join(' ')}`);
      const ours = join(directory, 'ours');
      stripFile(program, ours);
      assert.equal(execFileSync(ours, { encoding: 'utf8' }), 'answer 42\n');
      if (has('strip')) {
        const theirs = join(directory, 'theirs');
        execFileSync('strip', ['-o', theirs, program]);
        assert.ok(statSync(ours).size <= statSync(theirs).size + 64);
      }
      if (has('readelf')) assert.equal(spawnSync('readelf', ['-aW', ours], { encoding: 'utf8' }).stderr, '');
      if (has('eu-elflint')) assert.deepEqual(newComplaints(ours, program), []);
    });
  }

  test('a stripped shared object is loaded, and linked against', t => {
    if (!has('gcc')) return t.skip('gcc is not installed');
    const library = compile('libanswer.so', ['-g', '-shared', '-fPIC', '-DLIBRARY']);
    if (library === undefined) return t.skip('gcc cannot build a shared object');
    const stripped = join(directory, 'libstripped.so');
    stripFile(library, stripped);
    copyFileSync(stripped, library);
    const user = join(directory, 'user.c');
    writeFileSync(user, 'int answer(void);\nint main(void) { return answer() - 42; }\n');
    const program = join(directory, 'user');
    execFileSync('gcc', ['-o', program, user, `-L${directory}`, '-lanswer', `-Wl,-rpath,${directory}`]);
    assert.equal(spawnSync(program).status, 0);
  });

  test('the Node that runs this test works without its symbols', t => {
    const content = fileContent(process.execPath, statSync(process.execPath).size);
    const outcome = tryStrip(content);
    if (outcome.kind === 'left') return t.skip(`this Node is left alone: ${outcome.why}`);
    const ours = join(directory, 'node');
    stripFile(process.execPath, ours);
    const script =
      'console.log(require("node:zlib").gunzipSync(require("node:zlib").gzipSync("works")).toString())';
    assert.equal(execFileSync(ours, ['-e', script], { encoding: 'utf8' }), 'works\n');
    rmSync(ours);
  });
});
