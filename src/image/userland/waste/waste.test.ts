import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sample, treeOf } from '../../tree/index.ts';
import { readLanguagePackages } from '../packages/language/index.ts';
import { readPackageDatabases } from '../packages/os/index.ts';
import { WASTE_ADVICE } from './categories.ts';
import { wasteFinder } from './classify.ts';
import { WASTE_RULES } from './rules.ts';
import { surroundingsOf } from './surroundings.ts';

/** The rule for each path that is waste, with `?` where evidence is needed. */
function classify(files: Readonly<Record<string, Sample>>, env = {}): Readonly<Record<string, string>> {
  const tree = treeOf(files);
  const databases = readPackageDatabases(tree);
  const around = surroundingsOf({ tree, env, databases, languages: readLanguagePackages(tree) });
  const wasteOf = wasteFinder(around);
  const found: Record<string, string> = {};
  for (const path of Object.keys(files)) {
    const owner = databases.map(each => each.ownerOf(path)).find(each => each !== undefined);
    const rule = wasteOf(tree.get(path)!, owner);
    if (rule !== undefined) found[path] = rule.safe ? rule.id : `${rule.id}?`;
  }
  return found;
}

/** Each path, with nothing in it. */
function empty(...paths: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(paths.map(path => [path, 'x']));
}

function ruleOf(path: string, env = {}): string | undefined {
  return classify(empty(path), env)[path];
}

const KNOWN: Readonly<Record<string, string>> = {
  '/var/lib/apt/lists/x_Packages': 'apt-lists',
  '/var/cache/apt/archives/x.deb': 'apt-cache',
  '/var/cache/apk/APKINDEX.tar.gz': 'apk-cache',
  '/var/cache/dnf/x': 'rpm-cache',
  '/root/.cache/pip/http/x': 'pip-cache',
  '/home/node/.npm/_cacache/x': 'npm-cache',
  '/usr/local/share/.cache/yarn/v6/x': 'yarn-cache',
  '/usr/local/cargo/registry/x': 'cargo-registry',
  '/go/pkg/mod/x': 'go-cache',
  '/root/.cache/go-build/00/x': 'go-cache',
  '/root/.m2/repository/x': 'java-cache',
  '/usr/local/bundle/cache/x-1.gem': 'gem-cache',
  '/opt/conda/pkgs/x': 'conda-cache',
  '/usr/share/man/man1/x.1.gz': 'manual-pages',
  '/usr/share/doc/x/changelog.gz': 'package-documents',
  '/usr/share/doc/x/copyright': 'package-licenses?',
  '/usr/share/locale/fr/LC_MESSAGES/x.mo': 'foreign-translations',
  '/usr/lib/locale/locale-archive': 'compiled-locales?',
  '/usr/share/zoneinfo/right/Europe/Berlin': 'zone-copies',
  '/usr/include/stdio.h': 'headers',
  '/usr/lib/x86_64-linux-gnu/libx.a': 'static-libraries',
  '/usr/lib/x86_64-linux-gnu/pkgconfig/x.pc': 'build-descriptions',
  '/usr/lib/gcc/x86_64-linux-gnu/12/cc1': 'compiler-parts',
  '/usr/bin/x86_64-linux-gnu-gcc-12': 'build-tools',
  '/usr/local/go/src/fmt/print.go': 'go-toolchain',
  '/usr/lib/debug/.build-id/ab/c.debug': 'debug-files',
  '/usr/lib/systemd/system/x.service': 'systemd-units',
  '/boot/vmlinuz': 'kernel',
  '/var/log/dpkg.log': 'build-logs',
  '/var/log/app.log': 'logs?',
  '/tmp/v8-compile-cache-0/x': 'known-temporary',
  '/tmp/data.bin': 'temporary?',
  '/etc/passwd-': 'account-backups',
  '/etc/x.conf.dpkg-old': 'configuration-backups',
  '/app/.git/HEAD': 'vcs?',
  '/app/node_modules/x/.git/HEAD': 'library-vcs',
  '/app/.idea/workspace.xml': 'editor-settings',
  '/usr/share/bash-completion/completions/x': 'completions',
  '/usr/share/fonts/x.ttf': 'icons-and-fonts?',
  '/var/lib/dpkg/info/x.postinst': 'dpkg-database',
};

test('what is known as waste is told apart by its path', () => {
  for (const [path, id] of Object.entries(KNOWN)) assert.equal(ruleOf(path), id, path);
});

test('what an app reads at run time is no waste, although it looks like it', () => {
  const needed = [
    '/usr/share/zoneinfo/Europe/Berlin',
    '/usr/lib/locale/C.utf8/LC_CTYPE',
    '/usr/share/locale/locale.alias',
    '/usr/local/include/python3.11/pyconfig.h',
    '/usr/lib/go-1.19/lib/time/zoneinfo.zip',
    '/usr/lib/gcc/x86_64-linux-gnu/12/libgcc_s.so.1',
    '/usr/lib/llvm-15/lib/libLLVM-15.so.1',
    '/usr/local/lib/agent/probe.bpf.o',
    '/usr/local/bin/size',
    '/usr/lib/udev/hwdb.bin',
    '/usr/share/perl/5.36.0/pod/perldiag.pod',
    '/usr/lib/python3/dist-packages/numpy/testing/__init__.py',
    '/usr/lib/python3/dist-packages/flask/testing.py',
    '/usr/lib/python3/dist-packages/skimage/__init__.pyi',
    '/usr/lib/python3/dist-packages/babel/locale-data/fr.dat',
    '/usr/lib/python3/dist-packages/django/conf/locale/fr/LC_MESSAGES/django.mo',
    '/app/locale/fr/LC_MESSAGES/app.mo',
    '/app/docs/index.html',
    '/app/tests/data.json',
    '/app/src/index.ts',
    '/app/man/page.txt',
    '/app/README.md',
    '/app/include/x.h',
    '/app/node_modules/x/lib/test.js',
    '/app/node_modules/x/lib/readme.md.js',
    '/app/node_modules/x/index.ts',
    '/root/.cache/ms-playwright/chromium/chrome',
    '/root/.cache/huggingface/model.bin',
    '/root/.cache/pypoetry/virtualenvs/app/bin/python',
    '/etc/apk/repositories',
    '/etc/nginx/conf.d/default.conf',
    '/etc/init.d/own-service',
    '/usr/src/app/server.js',
    '/etc/ssl/certs/ca-certificates.crt',
  ];
  assert.deepEqual(classify(empty(...needed)), {});
});

test('translations of the languages of the environment stay', () => {
  const files = empty(
    '/usr/share/locale/de/LC_MESSAGES/x.mo',
    '/usr/share/locale/de_AT/LC_MESSAGES/x.mo',
    '/usr/share/locale/pt_BR/LC_MESSAGES/x.mo',
  );
  assert.deepEqual(Object.keys(classify(files, { LANG: 'de_AT.UTF-8' })), [
    '/usr/share/locale/pt_BR/LC_MESSAGES/x.mo',
  ]);
  assert.equal(ruleOf('/usr/lib/locale/de_AT.utf8/LC_CTYPE', { LC_ALL: 'de_AT.UTF-8' }), undefined);
});

test('bytecode is waste only beside its source', () => {
  assert.deepEqual(
    classify(
      empty(
        '/app/a.py',
        '/app/__pycache__/a.cpython-311.pyc',
        '/app/__pycache__/a.cpython-311.opt-2.pyc',
        '/app/__pycache__/sourceless.cpython-311.pyc',
        '/app/b.pyc',
      ),
    ),
    {
      '/app/__pycache__/a.cpython-311.pyc': 'python-bytecode',
      '/app/__pycache__/a.cpython-311.opt-2.pyc': 'python-bytecode',
    },
  );
});

test('tests of a Python library are waste, unless the library imports them', () => {
  const site = '/usr/lib/python3/dist-packages';
  assert.deepEqual(
    classify({
      [`${site}/plain/__init__.py`]: 'import os\n',
      [`${site}/plain/tests/test_a.py`]: 'from plain.tests import x\n',
      [`${site}/astro/__init__.py`]: 'from .tests.runner import Runner\n',
      [`${site}/astro/tests/runner.py`]: '',
      [`${site}/lines/__init__.py`]: 'from . import (\n  a,\n  tests,\n)\n',
      [`${site}/lines/tests/__init__.py`]: '',
      [`${site}/django/test/client.py`]: '',
      '/usr/lib/python3.11/test/regrtest.py': '',
    }),
    {
      [`${site}/plain/tests/test_a.py`]: 'python-tests',
      [`${site}/django/test/client.py`]: 'python-test-parts?',
      '/usr/lib/python3.11/test/regrtest.py': 'python-standard-tests',
    },
  );
});

test('tests and documents of an npm package are waste, unless a script names them', () => {
  const modules = '/app/node_modules';
  const named = {
    a: "require('./docs/schema')",
    b: "fs.readFileSync(path.join(__dirname, 'docs', 'x.txt'))",
    c: "import('../c/docs/x.js')",
    d: 'const at = `' + '${' + 'root}/docs/`;' + " read(__dirname + '/docs/x')",
  };
  const files: Record<string, string> = {
    [`${modules}/free/index.js`]: "module.exports = 'docs are fine'",
    [`${modules}/free/docs/x.js`]: '',
    [`${modules}/free/test/x.js`]: "require('../docs/x')",
    [`${modules}/free/README.md`]: '',
    [`${modules}/free/lib/README.md`]: '',
    [`${modules}/free/LICENSE`]: '',
    [`${modules}/main/package.json`]: '{"main": "./docs/index.js"}',
    [`${modules}/main/docs/index.js`]: '',
  };
  for (const [name, source] of Object.entries(named)) {
    files[`${modules}/${name}/index.js`] = source;
    files[`${modules}/${name}/docs/x.js`] = '';
  }
  assert.deepEqual(classify(files), {
    [`${modules}/free/docs/x.js`]: 'node-documents',
    [`${modules}/free/test/x.js`]: 'node-tests',
    [`${modules}/free/README.md`]: 'node-notes',
    [`${modules}/free/LICENSE`]: 'library-licenses?',
  });
});

test('declarations stay where a TypeScript compiler is in production', () => {
  const files = {
    '/app/node_modules/x/index.d.ts': '',
    '/app/node_modules/x/a.js': '',
    '/app/node_modules/x/a.ts': '',
    '/app/node_modules/x/b.ts': '',
  };
  assert.deepEqual(classify(files), {
    '/app/node_modules/x/index.d.ts': 'type-declarations',
    '/app/node_modules/x/a.ts': 'typescript-sources',
  });
  assert.deepEqual(
    classify({ ...files, '/app/node_modules/ts-node/package.json': '{"name":"ts-node"}' }),
    {},
  );
});

test('development dependencies are waste with all that is in them', () => {
  assert.deepEqual(
    classify({
      '/app/package.json': '{"dependencies":{"a":"1"},"devDependencies":{"jest":"1"}}',
      '/app/node_modules/a/package.json': '{"name":"a"}',
      '/app/node_modules/jest/package.json': '{"name":"jest"}',
      '/app/node_modules/jest/node_modules/b/index.js': '',
      '/app/node_modules/jest/bin/jest.js': '',
      '/app/node_modules/.bin/jest': '-> ../jest/bin/jest.js',
    }),
    {
      '/app/node_modules/jest/package.json': 'development-dependencies',
      '/app/node_modules/jest/node_modules/b/index.js': 'development-dependencies',
      '/app/node_modules/jest/bin/jest.js': 'development-dependencies',
      '/app/node_modules/.bin/jest': 'development-dependencies',
    },
  );
});

test('a development package is waste, but for a link that a program may load a library by', () => {
  const found = classify({
    '/var/lib/dpkg/status':
      'Package: libz-dev\nVersion: 1\nSection: libdevel\n\nPackage: git\nVersion: 1\nSection: vcs\n',
    '/var/lib/dpkg/info/libz-dev.list': '/usr/share/libz/x\n/usr/lib/libz.so\n',
    '/var/lib/dpkg/info/git.list': '/usr/bin/git\n',
    '/usr/share/libz/x': '',
    '/usr/lib/libz.so': '-> libz.so.1',
    '/usr/lib/libz.so.1': '',
    '/usr/bin/git': '',
  });
  assert.equal(found['/usr/share/libz/x'], 'development-packages');
  assert.equal(found['/usr/lib/libz.so'], undefined);
  assert.equal(found['/usr/bin/git'], 'version-control-tools?');
});

test('a log that leads to the terminal, and an empty one, stay', () => {
  assert.deepEqual(
    classify({ '/var/log/nginx/access.log': '-> /dev/stdout', '/var/log/nginx/error.log': '' }),
    {},
  );
});

test('every rule has a name of its own, and every category its advice', () => {
  assert.equal(new Set(WASTE_RULES.map(rule => rule.id)).size, WASTE_RULES.length);
  for (const rule of WASTE_RULES) {
    assert.ok(WASTE_ADVICE[rule.category].fix.length > 0);
    assert.doesNotMatch(rule.explains, /\.$/);
    assert.equal(rule.pattern.global || rule.pattern.sticky, false, rule.id);
  }
});

test('hostile sources do not hold up the question whether they name a part', () => {
  const site = '/usr/lib/python3/dist-packages';
  const hostile = ['\n', 'from . import (\n', 'join(', "'a/a", 'import a.', "/ '", ' ', 'a'];
  const files: Record<string, string> = { [`${site}/x/tests/a.py`]: '' };
  hostile.forEach((text, i) => {
    files[`${site}/x/m${i}.py`] = text.repeat(200_000 / text.length);
  });
  assert.deepEqual(classify(files), { [`${site}/x/tests/a.py`]: 'python-tests' });
});

test('a very long path is classified without delay', () => {
  const long = `/app/node_modules${'/a-b.c'.repeat(600)}/x.bin`;
  assert.equal(ruleOf(long), undefined);
  const triplet = `/usr/bin/${'a-'.repeat(100)}x`;
  assert.equal(ruleOf(triplet), undefined);
});
