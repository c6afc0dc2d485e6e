import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { suggestion } from './suggest.ts';

const KNOWN = ['slim', 'inspect', 'prove', 'images', 'completion'];

test('a slip of the finger is understood', () => {
  equal(suggestion('slmi', KNOWN), 'slim');
  equal(suggestion('Inspct', KNOWN), 'inspect');
  equal(suggestion('compl', KNOWN), 'completion');
});

test('something quite different is not guessed at', () => {
  equal(suggestion('deploy', KNOWN), undefined);
  equal(suggestion('bogus', [...KNOWN, 'logs']), undefined);
  equal(suggestion('x', KNOWN), undefined);
  equal(suggestion('', KNOWN), undefined);
  equal(suggestion('x'.repeat(10_000), KNOWN), undefined);
});
