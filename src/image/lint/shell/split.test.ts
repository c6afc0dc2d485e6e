import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from '../source/index.ts';
import { type Command, hasFlag, isCall, operands, splitShell, subcommand } from './index.ts';

function split(text: string): Command[] {
  return splitShell(plainText(text, { start: 0, end: text.length }));
}

function names(text: string): string[] {
  return split(text).map(({ name, after }) => `${name}${after === '' ? '' : ` ${after}`}`);
}

test('commands are split at operators, not within quotes, substitutions and comments', () => {
  deepEqual(names('a && b || c; d | e & f'), ['a &&', 'b ||', 'c ;', 'd |', 'e &', 'f']);
  deepEqual(names(`echo "a && b" 'c; d' \\; $(x && "y)") \`z; z\` # e && f`), ['echo']);
  deepEqual(names('a\nb # c\nd'), ['a \n', 'b \n', 'd']);
  deepEqual(names('a \\\n  b && \\\r\n c'), ['a &&', 'c']);
});

test('conditions and loops are looked into; their depth is known', () => {
  deepEqual(names('if a; then b; else c; fi; d'), ['a ;', 'b ;', 'c ;', 'd']);
  deepEqual(
    split('for x in a b; do c; done && (d; { e; }) && f').map(({ name, depth }) => `${name}${depth}`),
    ['c1', 'd1', 'e2', 'f0'],
  );
});

test('assignments, wrappers, paths and redirections are set apart', () => {
  const [command] = split(
    'A=1 sudo -E env B=2 /usr/bin/apt-get -qqy install --no-install-recommends x="y z" >/dev/null 2>&1',
  );
  equal(command?.name, 'apt-get');
  deepEqual(
    command?.assignments.map(({ value }) => value),
    ['A=1', 'B=2'],
  );
  deepEqual(
    command?.wrappers.map(({ value }) => value),
    ['sudo', 'env'],
  );
  deepEqual(
    command?.redirects.map(({ value }) => value),
    ['/dev/null', '1'],
  );
  equal(command !== undefined && subcommand(command)?.value, 'install');
  equal(command !== undefined && isCall(command, ['apt-get'], ['install']), true);
  equal(command !== undefined && hasFlag(command, '-y', '--yes'), true);
  equal(command !== undefined && hasFlag(command, '-f'), false);
  deepEqual(command === undefined ? [] : operands(command).map(({ value }) => value), ['install', 'x=y z']);
});

test('broken scripts end', () => {
  for (const text of [
    '"',
    "'",
    '$(',
    '${',
    '`',
    '\\',
    '((((',
    '))))',
    '"$(',
    '<<',
    '>',
    '&&&&',
    '$',
    'a"$(b"',
    ';;;',
  ])
    split(text.repeat(50));
});
