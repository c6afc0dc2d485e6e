import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanNode } from './scan.ts';

const names = (text: string): string[] => scanNode(text).specifiers.map(one => one.name);

test('every form of import and require is read', () => {
  assert.deepEqual(names('const a = require(\'a\'), b = require.resolve("b/c"); require(`d`)'), [
    'a',
    'b/c',
    'd',
  ]);
  assert.deepEqual(
    names("import 'a'; import b, { c } from 'b'; export * from \"d\"; const e = await import('e')"),
    ['a', 'b', 'd', 'e'],
  );
  assert.deepEqual(names("import x from 'x' with { type: 'json' }"), ['x']);
  assert.deepEqual(names("const load = createRequire(import.meta.url); load('./a.cjs')"), ['./a.cjs']);
  assert.deepEqual(names("const m = module.require('m'); try { __require('n') } catch {}"), ['m', 'n']);
  assert.deepEqual(names('import {a,\n b} from"min";var c=require("c")("d")'), ['min', 'c']);
  assert.deepEqual(names(`import { ${'name, '.repeat(500)} } from 'long'`), ['long']);
});

test('comments, strings, templates and regular expressions hold no imports', () => {
  const text = [
    "// require('a')",
    "/* import 'b' */",
    'const s = "require(\'c\')";',
    'const t = `x ${f({ a: `require("q")` })} require("d")`;',
    "const r = /[/'\"`]require\\('e'\\)/.test(x) / 2;",
    "if (x) /'/.exec(y);",
    "const d = a / b; const u = c / require('f');",
  ].join('\n');
  assert.deepEqual(names(text), ['f']);
});

test('computed names are reported by their beginning', () => {
  const text = [
    'require(name)',
    'require(`./commands/${cmd}.js`)',
    "require('./locale/' + x)",
    "require(path.join(__dirname, 'drivers', x))",
    'import(`pkg/lib/${x}`)',
  ].join('\n');
  assert.deepEqual(scanNode(text).computed, ['', './commands/', './locale/', './drivers/', 'pkg/lib/']);
});

test('a path that is joined from literals is a file beside the source', () => {
  assert.deepEqual(names("require(path.join(__dirname, 'a', 'b.js')); require(__dirname + '/c')"), [
    './a/b.js',
    './c',
  ]);
  const text =
    "fs.readFileSync(path.join(__dirname, 'x.txt')); new Worker(new URL('./w.js', import.meta.url)); fork('./child.js')";
  assert.deepEqual(scanNode(text).beside, ['x.txt', './w.js', './child.js']);
});

test('a definition of require is no use of it', () => {
  const source = scanNode('function require(id) { return cache[id] } this.require(id)');
  assert.deepEqual([source.specifiers, source.computed], [[], []]);
});

test('programs that are run by a literal name are found', () => {
  const { commands } = scanNode(
    "cp.spawn('ffmpeg', ['-i', file]); child_process.execSync('git rev-parse HEAD')",
  );
  assert.deepEqual(
    commands.map(command => command.argv),
    [
      ['ffmpeg', '-i', ''],
      ['/bin/sh', '-c', 'git rev-parse HEAD'],
    ],
  );
});

test('a source that the reader loses its way in is searched all the same', () => {
  assert.deepEqual(names("const x = `never closed; require('a')\nimport b from 'b'"), ['a', 'b']);
});
