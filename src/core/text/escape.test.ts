import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { visible, visibleLines } from './escape.ts';

test('nothing that steers a terminal or turns the direction of text comes through', () => {
  equal(visible('a\x1b[2Jb'), 'a\\x1b[2Jb');
  equal(visible('\x9b31m'), '\\x9b31m');
  equal(visible('evil\u202etxt.exe'), 'evil\\u202etxt.exe');
  equal(visible('a\nb\rc\td'), 'a\\nb\\x0dc\\td');
});

test('bytes that are not UTF-8 are shown as bytes', () => equal(visible('caf\udce9'), 'caf\\xe9'));

test('ordinary names of all languages are left as they are', () => equal(visible('三板 é 🚤'), '三板 é 🚤'));

test('lines stay lines where they are wanted', () => equal(visibleLines('a\n\x1bb'), 'a\n\\x1bb'));
