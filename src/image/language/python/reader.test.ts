import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../fixture/index.ts';
import { languageClosure } from '../index.ts';

const STDLIB = '/usr/lib/python3.11';
const SITE = '/usr/lib/python3/dist-packages';
const BASE = {
  '/usr/bin/python3.11': '\x7fELF',
  '/usr/bin/python3': '-> python3.11',
  [`${STDLIB}/os.py`]: 'import stat',
  [`${STDLIB}/stat.py`]: '',
  [`${STDLIB}/site.py`]: 'import os',
  [`${STDLIB}/encodings/__init__.py`]: '',
  [`${STDLIB}/encodings/cp1252.py`]: '',
  [`${STDLIB}/json/__init__.py`]: 'def f():\n  import pdb\nfrom .decoder import JSONDecoder\n',
  [`${STDLIB}/json/decoder.py`]: '',
  [`${STDLIB}/json/tool.py`]: '',
  [`${STDLIB}/pdb.py`]: '',
  [`${STDLIB}/decimal.py`]:
    'try:\n  from _decimal import *\nexcept ImportError:\n  from _pydecimal import *\n',
  [`${STDLIB}/_pydecimal.py`]: '',
  [`${STDLIB}/lib-dynload/_decimal.cpython-311-x86_64-linux-gnu.so`]: '',
  [`${STDLIB}/lib-dynload/_decimal.cpython-312-x86_64-linux-gnu.so`]: '',
};

type Files = Readonly<Record<string, string>>;

function closureOf(
  files: Files,
  argv = ['python3', 'main.py'],
  env: Files = {},
): ReturnType<typeof languageClosure> {
  return languageClosure(
    treeOf({ ...BASE, ...files }),
    { commands: [argv] },
    { env: { PATH: '/usr/bin', ...env }, cwd: '/app' },
  );
}

function reached(files: Files, argv?: string[], env?: Files): ReadonlySet<string> {
  return new Set(closureOf(files, argv, env).reached.keys());
}

test('the interpreter needs its start modules, the landmarks of its installation, and all codecs', () => {
  const found = reached({ '/app/main.py': '' });
  for (const path of ['os.py', 'stat.py', 'site.py', 'encodings/cp1252.py', 'lib-dynload'])
    assert.ok(found.has(`${STDLIB}/${path}`), path);
  assert.ok(!found.has(`${STDLIB}/json/__init__.py`));
});

test('an import inside a function of the app is followed, and the chain tells how', () => {
  const { reached: found } = closureOf({
    '/app/main.py': 'def f():\n  import a.b\n',
    '/app/a/__init__.py': '',
    '/app/a/b.py': 'import json',
  });
  assert.equal(found.get('/app/a/b.py')?.by, '/app/main.py');
  assert.equal(found.get(`${STDLIB}/json/decoder.py`)?.by, `${STDLIB}/json/__init__.py`);
  assert.match(found.get(`${STDLIB}/json/__init__.py`)?.reason ?? '', /import json/);
  assert.ok(!found.has(`${STDLIB}/json/tool.py`));
});

test('what the standard library imports in its functions for developers is not followed, unless the app asks', () => {
  assert.ok(!reached({ '/app/main.py': 'import json' }).has(`${STDLIB}/pdb.py`));
  assert.ok(reached({ '/app/main.py': 'import json, pdb' }).has(`${STDLIB}/pdb.py`));
});

test('of a module in C and its slow twin the one in C is taken, for the version that runs', () => {
  const found = reached({ '/app/main.py': 'import decimal' });
  assert.ok(found.has(`${STDLIB}/lib-dynload/_decimal.cpython-311-x86_64-linux-gnu.so`));
  assert.ok(!found.has(`${STDLIB}/lib-dynload/_decimal.cpython-312-x86_64-linux-gnu.so`));
  assert.ok(!found.has(`${STDLIB}/_pydecimal.py`));
});

test('a package brings its data, metadata and compiled forms, not its tests', () => {
  const { reached: found } = closureOf({
    '/app/main.py': 'import certs',
    [`${SITE}/certs/__init__.py`]: '',
    [`${SITE}/certs/__pycache__/__init__.cpython-311.pyc`]: '',
    [`${SITE}/certs/__pycache__/__init__.cpython-39.pyc`]: '',
    [`${SITE}/certs/cacert.pem`]: '',
    [`${SITE}/certs/tests/data.bin`]: '',
    [`${SITE}/certs/unused.py`]: '',
    [`${SITE}/my_certs-1.0.dist-info/METADATA`]: '',
    [`${SITE}/my_certs-1.0.dist-info/RECORD`]: 'certs/__init__.py,sha256=x,0\n',
    [`${SITE}/other-1.0.dist-info/METADATA`]: '',
  });
  const inSite = [...found.values()]
    .filter(one => one.path.startsWith(SITE))
    .map(one => `${one.kind} ${one.path.slice(SITE.length + 1)}`);
  assert.deepEqual(inSite.sort(), [
    'cache certs/__pycache__/__init__.cpython-311.pyc',
    'code certs/__init__.py',
    'data certs/cacert.pem',
    'data my_certs-1.0.dist-info/METADATA',
    'data my_certs-1.0.dist-info/RECORD',
  ]);
});

test('relative imports, submodules named in from, namespaces and exported names are resolved', () => {
  const found = reached({
    '/app/main.py': 'from pkg.sub import deep\nfrom space import part\nfrom many import *\n',
    '/app/pkg/__init__.py': '',
    '/app/pkg/sub/__init__.py': 'from .. import up\nfrom .sibling import x\n',
    '/app/pkg/sub/deep.py': '',
    '/app/pkg/sub/sibling.py': '',
    '/app/pkg/up.py': '',
    [`${SITE}/space/part.py`]: '',
    [`${SITE}/many/__init__.py`]: "__all__ = ['one']",
    [`${SITE}/many/one.py`]: '',
    [`${SITE}/many/two.py`]: '',
  });
  for (const path of [
    '/app/pkg/sub/deep.py',
    '/app/pkg/sub/sibling.py',
    '/app/pkg/up.py',
    `${SITE}/space/part.py`,
    `${SITE}/many/one.py`,
  ])
    assert.ok(found.has(path), path);
  assert.ok(!found.has(`${SITE}/many/two.py`));
});

test('a library that computes its imports is kept whole, with what its parts import', () => {
  const found = reached({
    '/app/main.py': 'import lib',
    [`${SITE}/lib/__init__.py`]: 'import importlib\nimportlib.import_module(name)\n',
    [`${SITE}/lib/plugins/__init__.py`]: '',
    [`${SITE}/lib/plugins/late.py`]: 'import helper',
    [`${SITE}/helper.py`]: '',
    [`${SITE}/idle.py`]: '',
  });
  assert.ok(found.has(`${SITE}/lib/plugins/late.py`) && found.has(`${SITE}/helper.py`));
  assert.ok(!found.has(`${SITE}/idle.py`));
});

test('an app that computes its imports keeps all that is installed, less what only developers use', () => {
  const closure = closureOf({
    '/app/main.py': '__import__(name)',
    '/app/handlers/a.py': 'import json',
    [`${SITE}/idle.py`]: '',
    [`${SITE}/pip/__init__.py`]: '',
  });
  assert.deepEqual(closure.computed, ['/app/main.py']);
  for (const path of ['/app/handlers/a.py', `${SITE}/idle.py`, `${STDLIB}/json/tool.py`])
    assert.ok(closure.reached.has(path), path);
  assert.ok(!closure.reached.has(`${SITE}/pip/__init__.py`) && !closure.reached.has(`${STDLIB}/pdb.py`));
});

test('a computed import with a known beginning keeps that package', () => {
  const closure = closureOf({
    '/app/main.py': 'import_module("shop.plugins." + x)',
    '/app/shop/__init__.py': '',
    '/app/shop/plugins/__init__.py': '',
    '/app/shop/plugins/a.py': '',
  });
  assert.ok(closure.reached.has('/app/shop/plugins/a.py'));
  assert.deepEqual(closure.computed, []);
});

test('settings that name modules in strings are followed, words that only look so are not', () => {
  const found = reached({
    '/app/main.py': "APPS = ['shop.checkout.Config', 'rest', 'json', 'pkg.nothing']",
    '/app/shop/__init__.py': '',
    '/app/shop/checkout.py': '',
    [`${SITE}/rest/__init__.py`]: '',
  });
  assert.ok(found.has('/app/shop/checkout.py') && found.has(`${SITE}/rest/__init__.py`));
  assert.ok(!found.has(`${STDLIB}/json/__init__.py`));
});

test('entry points of a group that is asked for are followed', () => {
  const found = reached({
    '/app/main.py': 'entry_points(group="shop.plugins")',
    [`${SITE}/plug-1.dist-info/entry_points.txt`]:
      '[console_scripts]\nrun = cli:main\n[shop.plugins]\na = plug.part:Part\n',
    [`${SITE}/plug/__init__.py`]: '',
    [`${SITE}/plug/part.py`]: '',
    [`${SITE}/cli.py`]: '',
  });
  assert.ok(found.has(`${SITE}/plug/part.py`) && !found.has(`${SITE}/cli.py`));
});

test('a virtual environment has its own packages and the library of its base', () => {
  const found = reached(
    {
      '/opt/venv/bin/python': '-> /usr/bin/python3',
      '/opt/venv/pyvenv.cfg': 'home = /usr/bin\nversion = 3.11.2\n',
      '/opt/venv/lib/python3.11/site-packages/dep.py': 'import json',
      '/opt/venv/lib/python3.11/site-packages/x.pth': 'import hook\n../extra\n',
      '/opt/venv/lib/python3.11/site-packages/hook.py': '',
      '/opt/venv/lib/python3.11/extra/far.py': '',
      '/app/main.py': 'import dep, far, hidden',
      [`${SITE}/hidden.py`]: '',
    },
    ['python', 'main.py'],
    { PATH: '/opt/venv/bin:/usr/bin' },
  );
  const site = '/opt/venv/lib/python3.11/site-packages';
  for (const path of [
    `${site}/dep.py`,
    `${site}/hook.py`,
    `${site}/x.pth`,
    '/opt/venv/lib/python3.11/extra/far.py',
    '/opt/venv/pyvenv.cfg',
    `${STDLIB}/json/__init__.py`,
  ])
    assert.ok(found.has(path), path);
  assert.ok(!found.has(`${SITE}/hidden.py`));
});

test('scripts of an interpreter see modules in PYTHONPATH, beside themselves, and where they are run', () => {
  const files = {
    '/app/main.py': 'import extra',
    '/srv/lib/extra.py': '',
    '/srv/run.py': 'import near',
    '/srv/near.py': '',
    '/app/far.py': '',
  };
  assert.ok(reached(files, ['python3', 'main.py'], { PYTHONPATH: '/srv/lib' }).has('/srv/lib/extra.py'));
  assert.ok(reached(files, ['python3', '/srv/run.py']).has('/srv/near.py'));
  assert.ok(reached(files, ['python3', '-c', 'import far']).has('/app/far.py'));
});

test('libraries and programs that are named are reported', () => {
  const closure = closureOf({
    '/app/main.py': 'CDLL("libusb-1.0.so.0")\nsubprocess.run(["lsusb"])\n',
    '/usr/bin/lsusb': '\x7fELF',
  });
  assert.deepEqual([...closure.libraries], [['libusb-1.0.so.0', '/app/main.py']]);
  assert.equal(closure.reached.get('/usr/bin/lsusb')?.by, '/app/main.py');
});
