import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Content, fileContent } from '../../core/bytes/index.ts';
import { treeOf } from './fixture/index.ts';
import { languageClosure } from './index.ts';
import { scanNode } from './node/scan.ts';
import { scanPython } from './python/scan.ts';
import { shellCommands } from './shell/words.ts';

const BASE = {
  '/usr/bin/python3': '\x7fELF',
  '/usr/bin/node': '\x7fELF',
  '/usr/lib/python3.11/os.py': '',
  '/usr/bin/sh': '\x7fELF',
};

function reached(
  files: Readonly<Record<string, string | Uint8Array | Content>>,
  argv: readonly string[],
): ReadonlySet<string> {
  const closure = languageClosure(
    treeOf({ ...BASE, ...files }),
    { commands: [argv] },
    { env: { PATH: '/usr/bin' }, cwd: '/app' },
  );
  return new Set(closure.reached.keys());
}

test('a source above the limit, and a binary one, are kept but not read', () => {
  const huge: Content = { size: 100 << 20, pieces: [{ kind: 'zeros', size: 100 << 20 }] };
  const unreadable = fileContent('/nonexistent/file', 200 << 20);
  const found = reached(
    {
      '/app/m.py': 'import big, bin, gone',
      '/app/big.py': huge,
      '/app/gone.py': unreadable,
      '/app/bin.py': new Uint8Array(4096),
    },
    ['python3', 'm.py'],
  );
  for (const name of ['big', 'bin', 'gone']) assert.ok(found.has(`/app/${name}.py`), name);
});

test('modules that import each other in a circle are read once', () => {
  const found = reached({ '/app/m.py': 'import a', '/app/a.py': 'import b', '/app/b.py': 'import a, m' }, [
    'python3',
    'm.py',
  ]);
  assert.ok(found.has('/app/b.py'));
  const scripts = reached({ '/app/m.js': "require('./n')", '/app/n.js': "require('./m')" }, ['node', 'm.js']);
  assert.ok(scripts.has('/app/n.js'));
});

test('a package that contains itself by a symlink ends', () => {
  const found = reached(
    {
      '/app/m.py': 'import_module("p." + x)',
      '/app/p/__init__.py': '',
      '/app/p/again': '-> .',
      '/app/p/a.py': '',
    },
    ['python3', 'm.py'],
  );
  assert.ok(found.has('/app/p/a.py'));
});

test('names of endless length and depth are not followed', () => {
  const deep = Array.from({ length: 50_000 }, () => 'a').join('.');
  reached(
    { '/app/m.py': `import ${deep}\nfrom ${'.'.repeat(50_000)}x import y\n`, '/app/a/__init__.py': '' },
    ['python3', 'm.py'],
  );
  reached({ '/app/m.js': `require('./${'a/'.repeat(50_000)}b'); require('${'../'.repeat(10_000)}c')` }, [
    'node',
    'm.js',
  ]);
});

test('names of the language itself are no table entries', () => {
  const text = 'import constructor, toString, __proto__, hasOwnProperty\n';
  const found = reached({ '/app/m.py': text, '/app/constructor.py': '', '/app/__proto__.py': '' }, [
    'python3',
    'm.py',
  ]);
  assert.ok(found.has('/app/constructor.py') && found.has('/app/__proto__.py'));
  reached({ '/app/m.sh': '#!/usr/bin/sh\nconstructor x\n' }, ['./m.sh']);
});

/** Sources that never close what they open, or open it without end. */
const BROKEN = [
  '"',
  "'",
  '`',
  '"""',
  '(',
  '[',
  '{',
  '${',
  '$(',
  '`${',
  '/*',
  '/',
  '\\',
  '<<E\n',
  'f"{',
  '#!',
  'import ',
  'from ',
  'require(',
  'require(require(',
  'def f(',
  'run(["a", ',
  'spawn("a", [',
  '`a',
  'import   ',
  '\0',
  '\u{1F600}',
  'x=',
];

test('broken sources of any kind end, and never throw', () => {
  for (const one of BROKEN) {
    for (const text of [
      one,
      one.repeat(20_000),
      `${one}\n`.repeat(5000),
      `x ${one} import a from 'b'\n`.repeat(1000),
    ]) {
      scanPython(text);
      scanNode(text);
      shellCommands(text, () => undefined);
    }
  }
});

test('random sources end, and never throw', () => {
  let seed = 42;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let n = 0; n < 300; n++) {
    const text = Array.from({ length: 200 }, () =>
      next(2) === 0 ? BROKEN[next(BROKEN.length)] : String.fromCharCode(next(128)),
    ).join('');
    scanPython(text);
    scanNode(text);
    shellCommands(text, () => undefined);
  }
});

test('scripts that run each other with ever longer arguments end', () => {
  reached(
    { '/app/m.sh': '#!/usr/bin/sh\n./m.sh "$@" more\n./m.sh $1 $2 x x\nexec /app/m.sh "$0" "$0" "$@"\n' },
    ['./m.sh', 'a'],
  );
});
