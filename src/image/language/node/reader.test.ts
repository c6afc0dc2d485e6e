import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../fixture/index.ts';
import { languageClosure } from '../index.ts';

type Files = Readonly<Record<string, string>>;

function closureOf(files: Files, argv = ['node', 'main.js']): ReturnType<typeof languageClosure> {
  const tree = treeOf({ '/usr/bin/node': '\x7fELF', ...files });
  return languageClosure(tree, { commands: [argv] }, { env: { PATH: '/usr/bin' }, cwd: '/app' });
}

function inApp(files: Files): string[] {
  const found = closureOf(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`/app/${path}`, text])),
  );
  return [...found.reached.keys()]
    .filter(path => path.startsWith('/app/'))
    .map(path => path.slice('/app/'.length))
    .sort();
}

test('relative names are tried as Node tries them', () => {
  const found = inApp({
    'main.js': "require('./a'); require('./b'); require('./c'); require('./d.js'); require('fs')",
    'a.json': '{}',
    'b/package.json': '{"main":"lib"}',
    'b/lib/index.js': '',
    'b/index.js': '',
    'c/index.js': '',
    'd.ts': '',
    'unused.js': '',
  });
  assert.deepEqual(found, ['a.json', 'b/lib/index.js', 'b/package.json', 'c/index.js', 'd.ts', 'main.js']);
});

test('packages are found upwards, by main, exports, conditions, patterns and their own name', () => {
  const found = inApp({
    'main.js': "require('old'); import('new'); require('new/features/x'); require('@s/scoped/sub')",
    'node_modules/old/package.json': '{"name":"old","main":"./m"}',
    'node_modules/old/m.js': "require('dep')",
    'node_modules/old/node_modules/dep/index.js': '',
    'node_modules/dep/index.js': '',
    'node_modules/new/package.json': JSON.stringify({
      name: 'new',
      main: 'old.js',
      exports: {
        '.': { types: './t.d.ts', browser: './b.js', import: './m.mjs', require: './c.cjs' },
        './features/*': { node: './f/*.js' },
        './self': './self.js',
      },
      imports: { '#inner': './inner.js' },
    }),
    'node_modules/new/m.mjs': "import 'new/self'; import '#inner'",
    'node_modules/new/c.cjs': '',
    'node_modules/new/f/x.js': '',
    'node_modules/new/self.js': '',
    'node_modules/new/inner.js': '',
    'node_modules/@s/scoped/sub.js': '',
  });
  assert.deepEqual(found, [
    'main.js',
    'node_modules/@s/scoped/sub.js',
    'node_modules/new/f/x.js',
    'node_modules/new/inner.js',
    'node_modules/new/m.mjs',
    'node_modules/new/package.json',
    'node_modules/new/self.js',
    'node_modules/old/m.js',
    'node_modules/old/node_modules/dep/index.js',
    'node_modules/old/package.json',
  ]);
});

test('what the package of the app depends on is reached, what it depends on for development is not', () => {
  const found = inApp({
    'package.json': '{"name":"app","dependencies":{"engine":"1"},"devDependencies":{"jest":"1"}}',
    'main.js': '',
    'node_modules/engine/index.js': '',
    'node_modules/jest/index.js': '',
  });
  assert.deepEqual(found, ['main.js', 'node_modules/engine/index.js', 'package.json']);
});

test('a package that computes what it loads is kept whole, without tests and documents', () => {
  const found = inApp({
    'main.js': "require('p')",
    'node_modules/p/package.json': '{"name":"p","optionalDependencies":{"p-linux":"1"}}',
    'node_modules/p/index.js': 'require(x)',
    'node_modules/p/late.js': "require('q')",
    'node_modules/p/data.bin': '',
    'node_modules/p/test/t.js': '',
    'node_modules/p/README.md': '',
    'node_modules/q/index.js': '',
    'node_modules/p-linux/index.js': '',
  });
  assert.deepEqual(found, [
    'main.js',
    'node_modules/p-linux/index.js',
    'node_modules/p/data.bin',
    'node_modules/p/index.js',
    'node_modules/p/late.js',
    'node_modules/p/package.json',
    'node_modules/q/index.js',
  ]);
});

test('a computed name that begins with a directory keeps that directory', () => {
  const found = inApp({ 'main.js': 'require(`./cmd/${x}`)', 'cmd/a.js': '', 'other.js': '' });
  assert.deepEqual(found, ['cmd/a.js', 'main.js']);
});

test('an app that computes what it loads is told, and keeps its production dependencies whole', () => {
  const closure = closureOf({
    '/app/package.json': '{"name":"app","dependencies":{"a":"1"},"devDependencies":{"d":"1"}}',
    '/app/main.js': 'require(name)',
    '/app/node_modules/a/package.json': '{"name":"a","dependencies":{"b":"1"}}',
    '/app/node_modules/a/extra.js': '',
    '/app/node_modules/b/package.json': '{"name":"b"}',
    '/app/node_modules/b/extra.js': '',
    '/app/node_modules/d/index.js': '',
  });
  assert.deepEqual(closure.computed, ['/app/main.js']);
  assert.ok(
    closure.reached.has('/app/node_modules/a/extra.js') &&
      closure.reached.has('/app/node_modules/b/extra.js'),
  );
  assert.ok(!closure.reached.has('/app/node_modules/d/index.js'));
});

test('addons of a package are kept', () => {
  const found = inApp({
    'main.js': "require('native')",
    'node_modules/native/package.json': '{"name":"native"}',
    'node_modules/native/index.js': "module.exports = require('bindings')('native')",
    'node_modules/native/build/Release/native.node': '',
    'node_modules/native/src/native.cc': '',
  });
  assert.ok(found.includes('node_modules/native/build/Release/native.node'));
  assert.ok(!found.includes('node_modules/native/src/native.cc'));
});

test('packages of Debian are found, and symlinked packages by their real path', () => {
  const { reached } = closureOf({
    '/app/main.js': "require('semver'); require('linked')",
    '/usr/share/nodejs/semver/index.js': '',
    '/app/node_modules/linked': '-> /store/linked',
    '/store/linked/index.js': "require('beside')",
    '/store/node_modules/beside/index.js': '',
  });
  for (const path of [
    '/usr/share/nodejs/semver/index.js',
    '/app/node_modules/linked',
    '/store/linked/index.js',
    '/store/node_modules/beside/index.js',
  ])
    assert.ok(reached.has(path), path);
});

test('manifests that are broken, or lie about their types, are as if they were empty', () => {
  const found = inApp({
    'main.js': "require('a'); require('b'); require('c')",
    'node_modules/a/package.json': '{"main": 5, "dependencies": [1], "scripts": {"x": {}}, "exports": null}',
    'node_modules/a/index.js': '',
    'node_modules/b/package.json': 'not json',
    'node_modules/b/index.js': '',
    'node_modules/c/package.json': `{"exports": ${'{"default":'.repeat(3000)}"./i.js"${'}'.repeat(3000)}}`,
    'node_modules/c/index.js': '',
  });
  assert.ok(found.includes('node_modules/a/index.js') && found.includes('node_modules/b/index.js'));
});

test('what is known waste stays out where a computed name keeps whole packages', () => {
  const files = {
    '/app/package.json': '{"dependencies":{"native":"1"}}',
    '/app/main.js': 'require(name)',
    '/app/node_modules/native/package.json': '{"name":"native"}',
    '/app/node_modules/native/index.js': '',
    '/app/node_modules/native/deps/lib.c': '',
  };
  const tree = treeOf({ '/usr/bin/node': '\x7fELF', ...files });
  const closure = languageClosure(
    tree,
    { commands: [['node', 'main.js']] },
    { env: { PATH: '/usr/bin' }, cwd: '/app', isWaste: path => path.endsWith('.c') },
  );
  assert.ok(closure.reached.has('/app/node_modules/native/index.js'));
  assert.ok(!closure.reached.has('/app/node_modules/native/deps/lib.c'));
});
