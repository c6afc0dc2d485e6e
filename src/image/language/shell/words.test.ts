import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellCommands } from './words.ts';

const known = new Map([['HOME', '/root']]);
const read = (text: string): (readonly string[])[] =>
  shellCommands(text, name => known.get(name)).map(one => one.words);

test('commands are separated as the shell separates them', () => {
  assert.deepEqual(read('a 1 && b | c; d & e\n(f)'), [['a', '1'], ['b'], ['c'], ['d'], ['e'], ['f']]);
  assert.deepEqual(read('a \\\n b # c\nd'), [['a', 'b'], ['d']]);
});

test('quotes join words and are removed', () => {
  assert.deepEqual(read(`'a b' "c $HOME" d\\ e ''`), [['a b', 'c /root', 'd e', '']]);
});

test('a word with an unknown variable is empty, a default is taken', () => {
  assert.deepEqual(read('a "$X" ${X}/b ${X:-/bin/c} ${HOME}/d'), [['a', '', '', '/bin/c', '/root/d']]);
});

test('commands inside substitutions are found', () => {
  assert.deepEqual(read('a "$(b $(c) `d`)"'), [['a', ''], ['b', '', ''], ['c'], ['d']]);
});

test('redirections and here-documents are no words', () => {
  assert.deepEqual(read('a > /tmp/x 2>&1 < in <<EOF\nb c\nEOF\nd'), [['a'], ['d']]);
  assert.deepEqual(read("a <<-'END'\n\trm -rf\n\tEND\nb"), [['a'], ['b']]);
});
