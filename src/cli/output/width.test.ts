import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { pad, truncate, truncateMiddle, widthOf, wrapText } from './width.ts';

test('width counts columns: wide characters two, marks and colours none', () => {
  equal(widthOf('abc'), 3);
  equal(widthOf('三板'), 4);
  equal(widthOf('e\u0301'), 1);
  equal(widthOf('🚤'), 2);
  equal(widthOf('\x1b[1mabc\x1b[22m'), 3);
});

test('what is cut never exceeds its columns, wherever the cut falls', () => {
  const samples = ['/usr/lib/x86_64-linux-gnu/libcrypto.so.3', '三板三板三板', 'a', '', '🚤🚤🚤e\u0301'];
  for (const sample of samples) {
    for (let columns = 0; columns < 45; columns++) {
      ok(widthOf(truncate(sample, columns)) <= Math.max(columns, 0), `${sample} to ${columns}`);
      ok(widthOf(truncateMiddle(sample, columns)) <= columns, `${sample} to ${columns}, in the middle`);
    }
  }
  equal(truncateMiddle('/usr/lib/python3/dist-packages/flask/app.py', 20), '/usr/li…flask/app.py');
});

test('padding goes by columns, not by characters', () => {
  equal(pad('三', 4), '三  ');
  equal(pad('7', 3, 'right'), '  7');
});

test('text is wrapped at spaces; a word longer than the line keeps whole', () => {
  deepEqual(wrapText('one two three four five six', 20), ['one two three four', 'five six']);
  deepEqual(wrapText(`a ${'x'.repeat(30)} b`, 20), ['a', 'x'.repeat(30), 'b']);
});
