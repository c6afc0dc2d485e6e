import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits, unifiedDiff } from './index.ts';

/** Applies a unified diff as patch does, and checks that what it takes away is there. */
function patch(before: string, diff: string): string {
  const source = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  let at = 0;
  const lines = diff.match(/[^\n]*\n/g)?.slice(2) ?? [];
  for (const [index, line] of lines.entries()) {
    const start = /^@@ -(\d+)(?:,(\d+))?/.exec(line);
    const cut = lines[index + 1]?.startsWith('\\') === true;
    const body = cut ? line.slice(1, -1) : line.slice(1);
    if (start !== null) {
      const first = Number(start[1]) - (start[2] === '0' ? 0 : 1);
      out.push(...source.slice(at, first));
      at = first;
    } else if (line.startsWith(' ') || line.startsWith('-')) {
      equal(source[at++], body);
      if (line.startsWith(' ')) out.push(body);
    } else if (line.startsWith('+')) out.push(body);
  }
  return [...out, ...source.slice(at)].join('');
}

test('applying the difference of two texts to the first makes the second', () => {
  let seed = 3;
  const next = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  for (let round = 0; round < 1000; round++) {
    const lines = Array.from({ length: next(40) }, () => `${next(6)}\n`);
    const changed = lines.flatMap(line =>
      next(6) === 0 ? (next(2) === 0 ? [] : [line, `new ${next(3)}\n`]) : [line],
    );
    const before = lines.join('').slice(0, next(4) === 0 ? -1 : undefined);
    const after = changed.join('').slice(0, next(4) === 0 ? -1 : undefined);
    equal(patch(before, unifiedDiff('f', before, after)), after);
  }
});

test('equal texts have no difference; far apart changes are shown apart', () => {
  equal(unifiedDiff('f', 'a\n', 'a\n'), '');
  const lines = Array.from({ length: 30 }, (_, at) => `${at}\n`);
  const diff = unifiedDiff('f', lines.join(''), lines.with(2, 'x\n').with(25, 'y\n').join(''));
  equal(diff.match(/^@@/gm)?.length, 2);
  equal(diff.startsWith('--- f\n+++ f\n@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+x\n'), true);
});

test('edits are put in from the end; of two that touch, the second waits', () => {
  const insert = (at: number, text: string) => [{ span: { start: at, end: at }, text }];
  equal(applyEdits('abc', [insert(1, 'X'), insert(2, 'Y')]), 'aXbYc');
  equal(applyEdits('abc', [[{ span: { start: 0, end: 2 }, text: '-' }], insert(2, 'Y')]), '-c');
});
