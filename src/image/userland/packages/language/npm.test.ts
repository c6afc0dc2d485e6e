import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sample, treeOf } from '../../../tree/index.ts';
import { readNpmPackages } from './npm.ts';
import { developmentRoots } from './npm-development.ts';

function manifest(name: string, more: object = {}): string {
  return JSON.stringify({ name, version: '1.0.0', ...more });
}

const APP: Readonly<Record<string, Sample>> = {
  '/app/package.json': manifest('app', {
    dependencies: { express: '1', '@scope/lib': '1' },
    devDependencies: { jest: '1', express: '1' },
  }),
  '/app/node_modules/express/package.json': manifest('express', { dependencies: { ms: '1' } }),
  '/app/node_modules/express/node_modules/ms/package.json': manifest('ms'),
  '/app/node_modules/@scope/lib/package.json': manifest('@scope/lib', {
    optionalDependencies: { native: '1', absent: '1' },
    peerDependencies: { peer: '1' },
  }),
  '/app/node_modules/native/package.json': manifest('native'),
  '/app/node_modules/peer/package.json': manifest('peer'),
  '/app/node_modules/jest/package.json': manifest('jest', { dependencies: { ms: '2', shared: '1' } }),
  '/app/node_modules/jest/bin/jest.js': '#!',
  '/app/node_modules/jest/lib/package.json': '{"type":"commonjs"}',
  '/app/node_modules/ms/package.json': manifest('ms', { version: '2.0.0' }),
  '/app/node_modules/shared/package.json': manifest('shared'),
  '/app/node_modules/unknown/package.json': manifest('unknown'),
  '/app/node_modules/.bin/jest': '-> ../jest/bin/jest.js',
};

function development(files: Readonly<Record<string, Sample>>): readonly string[] {
  return [...developmentRoots(treeOf(files))].map(path => path.replace('/app/node_modules/', '')).sort();
}

test('every installed package is found, nested and scoped, and owns its commands', () => {
  const found = readNpmPackages(treeOf(APP));
  assert.deepEqual(found.map(each => `${each.name}@${each.version}`).sort(), [
    '@scope/lib@1.0.0',
    'express@1.0.0',
    'jest@1.0.0',
    'ms@1.0.0',
    'ms@2.0.0',
    'native@1.0.0',
    'peer@1.0.0',
    'shared@1.0.0',
    'unknown@1.0.0',
  ]);
  const jest = found.find(each => each.name === 'jest');
  assert.deepEqual(jest?.paths, ['/app/node_modules/jest', '/app/node_modules/.bin/jest']);
  assert.equal(jest?.development, true);
});

test('what only devDependencies reach is development; what nobody asks for is not', () => {
  assert.deepEqual(development(APP), ['jest', 'ms', 'shared']);
});

test('a lock file that calls a package production is believed', () => {
  const packages = {
    '': {},
    'node_modules/jest': { dev: true },
    'node_modules/ms': { dev: true },
    'node_modules/shared': { devOptional: true },
  };
  const lock = JSON.stringify({ lockfileVersion: 3, packages });
  assert.deepEqual(development({ ...APP, '/app/node_modules/.package-lock.json': lock }), ['jest', 'ms']);
});

test('a lock file of version 1 is read as it is nested', () => {
  const dependencies = {
    unknown: { dev: true },
    shared: {},
    express: { dev: true, dependencies: { ms: { dev: true } } },
  };
  const lock = JSON.stringify({ lockfileVersion: 1, dependencies });
  // Express is reached by `dependencies`, so a stale lock does not make it development.
  assert.deepEqual(development({ ...APP, '/app/package-lock.json': lock }), ['jest', 'ms', 'unknown']);
});

test('a package whose command starts the app is production, with what it needs', () => {
  const started = manifest('app', {
    scripts: { start: 'NODE_ENV=x jest --serve' },
    devDependencies: { jest: '1' },
  });
  assert.deepEqual(development({ ...APP, '/app/package.json': started }), []);
});

test('pnpm keeps packages in a store of links: they are told apart by their real paths', () => {
  const store = '/app/node_modules/.pnpm';
  const files = {
    '/app/package.json': manifest('app', { dependencies: { a: '1' }, devDependencies: { b: '1' } }),
    '/app/node_modules/a': '-> .pnpm/a@1/node_modules/a',
    '/app/node_modules/b': '-> .pnpm/b@1/node_modules/b',
    [`${store}/a@1/node_modules/a/package.json`]: manifest('a', { dependencies: { c: '1' } }),
    [`${store}/a@1/node_modules/c`]: '-> ../../c@1/node_modules/c',
    [`${store}/b@1/node_modules/b/package.json`]: manifest('b', { dependencies: { c: '1', d: '1' } }),
    [`${store}/b@1/node_modules/d`]: '-> ../../d@1/node_modules/d',
    [`${store}/c@1/node_modules/c/package.json`]: manifest('c'),
    [`${store}/d@1/node_modules/d/package.json`]: manifest('d'),
  };
  assert.deepEqual(development(files), ['.pnpm/b@1/node_modules/b', '.pnpm/d@1/node_modules/d']);
});

test('the packages of a workspace are production, with their dependencies', () => {
  const files = {
    '/app/package.json': manifest('root', { workspaces: ['packages/*'], devDependencies: { tool: '1' } }),
    '/app/packages/web/package.json': manifest('web', {
      dependencies: { lib: '1' },
      devDependencies: { lint: '1' },
    }),
    '/app/node_modules/web': '-> ../packages/web',
    '/app/node_modules/lib/package.json': manifest('lib'),
    '/app/node_modules/lint/package.json': manifest('lint'),
    '/app/node_modules/tool/package.json': manifest('tool'),
  };
  assert.deepEqual(development(files), ['lint', 'tool']);
});

test('packages that are installed without an app are production', () => {
  const files = {
    '/usr/lib/node_modules/npm/package.json': manifest('npm', { devDependencies: { tap: '1' } }),
    '/usr/lib/node_modules/npm/node_modules/tap/package.json': manifest('tap'),
  };
  assert.deepEqual(development(files), []);
});

test('hostile manifests are passed over: names that climb, circles, no JSON', () => {
  const files = {
    '/app/package.json':
      '{"dependencies":{"../../etc":"1","a":"1","..":"1"},"devDependencies":{"b":1,"..":1},"scripts":{"start":null}}',
    '/app/node_modules/a/package.json': '{"dependencies":{"a":"1","b":"1"}}',
    '/app/node_modules/b/package.json': '{"dependencies":["x"],"__proto__":{"dev":true}}',
    '/app/node_modules/loop': '-> loop',
    '/app/node_modules/c/package.json': `${'['.repeat(200_000)}`,
    '/app/package-lock.json': '{"packages":[]}',
    '/etc/package.json': '{}',
  };
  assert.deepEqual(development(files), []);
});
