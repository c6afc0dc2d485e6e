import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from './fixture/index.ts';
import { languageClosure, programOf } from './index.ts';

const ELF = '\x7fELF';
const BASE = {
  '/usr/bin/env': ELF,
  '/usr/bin/dash': ELF,
  '/usr/bin/python3.11': ELF,
  '/usr/bin/python3': '-> python3.11',
  '/usr/bin/node': ELF,
  '/usr/bin/tini': ELF,
  '/usr/sbin/gosu': ELF,
  '/usr/bin/timeout': ELF,
  '/usr/bin/setpriv': ELF,
  '/usr/bin/redis-server': ELF,
  '/bin': '-> usr/bin',
  '/usr/bin/sh': '-> dash',
  '/usr/lib/python3.11/os.py': '',
  '/usr/bin/npm': '-> ../share/npm/bin/npm-cli.js',
  '/usr/share/npm/bin/npm-cli.js': '#!/usr/bin/env node\n',
  '/usr/share/npm/package.json': '{"name":"npm"}',
};

function leadsTo(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  cwd = '/app',
): string[] {
  const tree = treeOf({ ...BASE, ...files });
  return programOf(tree, argv, { env: { PATH: '/usr/sbin:/usr/bin:/bin' }, cwd }).map(one => one.path);
}

test('a program is found along PATH, with the symlinks on the way', () => {
  assert.deepEqual(leadsTo(['python3']), ['/usr/bin/python3', '/usr/bin/python3.11']);
  assert.deepEqual(leadsTo(['/bin/sh']), ['/bin', '/usr/bin/sh', '/usr/bin/dash']);
  assert.deepEqual(leadsTo(['no-such-program']), []);
});

test('a file that may not be executed is passed over, as execvp does', () => {
  const tree = treeOf({ '/a/x': 'data', '/b/x': ELF });
  const plain = {
    ...tree,
    resolve: (path: string) => {
      const found = tree.resolve(path);
      return path === '/a/x' && found
        ? { ...found, node: { ...found.node, meta: { ...found.node.meta, mode: 0o644 } } }
        : found;
    },
  };
  const paths = programOf(plain, ['x'], { env: { PATH: '/a:/b' }, cwd: '/' }).map(one => one.path);
  assert.deepEqual(paths, ['/b/x']);
});

test('first lines are followed, with env and its options, one after the other', () => {
  const found = leadsTo(['./run'], { '/app/run': '#!/usr/bin/env -S X=1 python3 -u\n' });
  assert.deepEqual(found, ['/app/run', '/usr/bin/env', '/usr/bin/python3', '/usr/bin/python3.11']);
  const nested = leadsTo(['./outer'], { '/app/outer': '#!/app/inner -x\n', '/app/inner': '#!/bin/sh\n' });
  assert.ok(nested.includes('/usr/bin/dash') && nested.includes('/app/inner'));
});

test('wrappers lead to what they run', () => {
  const server = '/usr/bin/redis-server';
  for (const argv of [
    ['tini', '-s', '--', 'redis-server'],
    ['gosu', 'redis', 'redis-server'],
    ['env', '-u', 'A', 'B=1', 'redis-server'],
    ['timeout', '-k', '5', '10', 'redis-server'],
    ['setpriv', '--reuid=1', '--clear-groups', 'redis-server'],
    ['sh', '-ec', 'cd /tmp && exec redis-server "$@"'],
    ['tini', '--', 'sh', '-c', 'if true; then gosu redis redis-server; fi'],
  ])
    assert.ok(leadsTo(argv).includes(server), argv.join(' '));
});

test('a variable that a script sets leads to the command it names, tar to what packs archives', () => {
  const more = {
    '/app/run.sh':
      '#!/bin/sh\nsum() { cd /tmp; cmd=md5sum; $cmd f; }\nif true; then local pack=tar; $pack x f; fi\n',
    '/usr/bin/md5sum': ELF,
    '/usr/bin/tar': ELF,
    '/usr/bin/xz': ELF,
    '/usr/bin/ssh': ELF,
  };
  const found = new Set(
    languageClosure(
      treeOf({ ...BASE, ...more }),
      { commands: [['/app/run.sh']] },
      { env: { PATH: '/usr/bin' }, cwd: '/' },
    ).reached.keys(),
  );
  for (const name of ['md5sum', 'tar', 'xz']) assert.ok(found.has(`/usr/bin/${name}`), name);
  assert.ok(!found.has('/usr/bin/ssh'));
});

test('an entry point script leads to the command that it is given', () => {
  const found = leadsTo(['entry.sh', 'redis-server', '/etc/r.conf'], {
    '/usr/bin/entry.sh': '#!/bin/sh\nset -e\nexec "$@"\n',
  });
  assert.ok(found.includes('/usr/bin/redis-server'));
});

test('interpreters lead to their scripts and modules', () => {
  const app = {
    '/app/server.py': '',
    '/app/shop/__init__.py': '',
    '/app/shop/__main__.py': '',
    '/app/shop/wsgi.py': '',
    '/usr/bin/gunicorn': '#!/usr/bin/python3\n',
    '/app/index.js': '',
    '/app/hook.js': '',
  };
  assert.ok(leadsTo(['python3', '-u', 'server.py', 'x'], app).includes('/app/server.py'));
  assert.ok(leadsTo(['python3', '-m', 'shop'], app).includes('/app/shop/__main__.py'));
  assert.ok(leadsTo(['gunicorn', '-w', '2', 'shop.wsgi:app'], app).includes('/app/shop/wsgi.py'));
  assert.ok(leadsTo(['node', '--require', './hook.js', '.'], app).includes('/app/hook.js'));
  assert.ok(leadsTo(['node', '.'], app).includes('/app/index.js'));
  assert.ok(leadsTo(['sh', '-c', 'cd /app && node index'], app, '/').includes('/app/index.js'));
});

test('package scripts lead to their commands, with pre and post, tools of node_modules and other scripts', () => {
  const found = leadsTo(['npm', 'start'], {
    '/app/package.json': JSON.stringify({
      scripts: { prestart: 'npm run --silent check', start: 'tool dist/server.js', check: 'node check.mjs' },
    }),
    '/app/dist/server.js': '',
    '/app/check.mjs': '',
    '/app/node_modules/.bin/tool': '-> ../tool/cli.js',
    '/app/node_modules/tool/cli.js': '#!/usr/bin/env node\n',
  });
  for (const path of [
    '/usr/share/npm/bin/npm-cli.js',
    '/usr/bin/node',
    '/app/check.mjs',
    '/app/dist/server.js',
    '/app/node_modules/tool/cli.js',
    '/app/package.json',
  ])
    assert.ok(found.includes(path), path);
});

test('supervisord leads to its programs', () => {
  const found = leadsTo(
    ['supervisord', '-c', '/etc/s.conf'],
    {
      '/usr/bin/supervisord': ELF,
      '/etc/s.conf': '[include]\nfiles = conf.d/*.conf\n[program:a]\ncommand=redis-server --port 1\n',
      '/etc/conf.d/b.conf': '[program:b]\ndirectory=/app\ncommand=node index.js\n',
      '/app/index.js': '',
    },
    '/',
  );
  assert.ok(found.includes('/usr/bin/redis-server') && found.includes('/app/index.js'));
});

test('circles of scripts, links and package scripts end', () => {
  leadsTo(['./a'], { '/app/a': '#!/app/b\n', '/app/b': '#!/app/a\n' });
  leadsTo(['./l'], { '/app/l': '-> m', '/app/m': '-> l' });
  leadsTo(['npm', 'start'], { '/app/package.json': '{"scripts":{"start":"npm start"}}' });
  assert.deepEqual(leadsTo(['./self'], { '/app/self': `#!${'x'.repeat(100_000)}` }), ['/app/self']);
});
