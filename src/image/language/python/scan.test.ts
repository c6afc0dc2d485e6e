import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanPython } from './scan.ts';

const modules = (text: string): string[] =>
  scanPython(text).imports.map(one => [one.module, ...one.names].join(' '));

test('imports are read in every form that the language allows', () => {
  assert.deepEqual(modules('import a.b as c, d'), ['a.b', 'd']);
  assert.deepEqual(modules('from . import x'), ['. x']);
  assert.deepEqual(modules('from ..p.q import (a as b,\n  c, # why\n)'), ['..p.q a c']);
  assert.deepEqual(modules('import a, \\\n  b; import c'), ['a', 'b', 'c']);
  assert.deepEqual(modules('try: import a\nexcept ImportError: import b\r\n'), ['a', 'b']);
  assert.deepEqual(modules('from m import *'), ['m *']);
});

test('strings, docstrings and comments hold no imports', () => {
  assert.deepEqual(modules('"""\nimport a\n"""\n\'\'\'\nimport b\n\'\'\'\nimport c'), ['c']);
  assert.deepEqual(modules("x = 'import a' # import b\ns = rb'\\\\' ; import c"), ['c']);
  assert.deepEqual(modules('x = f"""{a}\nimport b"""\nimport c'), ['c']);
  assert.deepEqual(modules('raise E from e\nyield from f\nx = "it\'s"\nimport c'), ['c']);
});

test('an import inside a function is deferred, one after it is not', () => {
  const { imports } = scanPython(
    'class A:\n  async def f(self):\n    if x:\n      import a\n  import b\nimport c\n',
  );
  assert.deepEqual(
    imports.map(one => one.deferred),
    [true, false, false],
  );
});

test('blocks for type checkers and for the program itself are told apart', () => {
  const text =
    'if t.TYPE_CHECKING:\n  import a\nelse:\n  import b\nif __name__ == "__main__":\n  def f():\n    import c\nimport d';
  assert.deepEqual(
    scanPython(text).imports.map(one => one.block),
    ['typing', 'plain', 'main', 'plain'],
  );
});

test('calls that import are read when their name is written down, and reported by their beginning when not', () => {
  const source = scanPython(
    [
      '__import__("a.b")',
      'importlib.import_module(".x", package=__name__)',
      'import_module(name)',
      'import_module("plugins." + name)',
      'import_module(f"{__name__}.{x}")',
      'import_module(f"drivers.{x}.main")',
      'def import_module(name): pass',
    ].join('\n'),
  );
  assert.deepEqual(source.named, ['a.b', '.x']);
  assert.deepEqual(source.computed, ['', 'plugins.', '.', 'drivers.']);
});

test('libraries, commands and entry points are found in calls', () => {
  const source = scanPython(
    [
      'ctypes.CDLL("libfoo.so.1")',
      'find_library("magic")',
      'subprocess.run(["git", "log", x], check=True)',
      'subprocess.Popen("ls -l | wc", shell=True)',
      'os.system("date +%s")',
      'subprocess.call([sys.executable, "-m", "pip"])',
      'entry_points(group="flask.commands")',
      'iter_entry_points(name)',
    ].join('\n'),
  );
  assert.deepEqual(source.libraries, ['libfoo.so.1', 'magic']);
  assert.deepEqual(
    source.commands.map(command => command.argv),
    [
      ['/sbin/ldconfig'],
      ['git', 'log', ''],
      ['/bin/sh', '-c', 'ls -l | wc'],
      ['/bin/sh', '-c', 'date +%s'],
      ['python3', '-m', 'pip'],
    ],
  );
  assert.deepEqual(source.entryPoints, ['flask.commands', '*']);
});

test('a bracket that is never closed does not swallow the imports after it', () => {
  assert.deepEqual(modules('x = (1,\nimport a\nfrom b import c\n'), ['a', 'b c']);
});
