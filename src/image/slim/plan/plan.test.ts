import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../../core/errors/index.ts';
import { type Sample, treeOf } from '../../tree/index.ts';
import type { Level, SlimPlan } from './index.ts';
import { config, debian, drops, has, IMAGE, mine, plan } from './testing/index.ts';

test('the user names paths as a container shows them, through links of directories', () => {
  const tree = treeOf({ ...debian(), '/usr/bin/kept': '-> other' });
  for (const keep of ['/bin/kept', '/bin/k*', '/bin/kep?', '/bin/**/kept']) {
    const made = plan(tree, { keep: [keep], drop: ['/bin/tool'] });
    for (const path of ['/usr/bin/kept', '/usr/bin/other', '/bin']) ok(has(made, path), `${keep}: ${path}`);
    ok(!has(made, '/usr/bin/tool'), keep);
  }
});

test('balanced keeps the app whole, what it starts, and a link on the way; documentation goes', async () => {
  const made = plan(treeOf(debian()));
  for (const path of [
    '/app/start',
    '/app/lazy.txt',
    '/usr/bin/tool',
    '/usr/bin/sh',
    '/bin',
    '/etc/os-release',
    '/etc/passwd',
    '/app',
    '/usr/bin',
  ])
    ok(has(made, path), path);
  for (const path of [
    '/usr/bin/other',
    '/usr/share/doc/tool/README',
    '/var/cache/apt/pkgcache.bin',
    '/var/lib/dpkg/info/tool.list',
  ])
    ok(!has(made, path), path);
  const dropped = await drops(treeOf(debian()));
  equal(dropped.get('/usr/share/doc/tool/README')?.owner, 'tool');
  equal(dropped.get('/usr/bin/other')?.category, 'unused');
  deepEqual(made.packages, { kept: ['tool'], dropped: ['other'] });
});

test('tight keeps what a run used and no more of the app, safe keeps more than balanced', () => {
  const evidence = {
    image: IMAGE,
    footprints: [
      { path: '/app/data.txt', kind: 'read' },
      { path: '/usr/bin/tool', kind: 'read' },
    ] as const,
    lookups: [],
  };
  const levels: readonly Level[] = ['tight', 'balanced', 'safe'];
  const [tight, balanced, safe] = levels.map(level => plan(treeOf(debian()), { level, evidence }));
  ok(has(tight!, '/app/start') && has(tight!, '/app/data.txt') && !has(tight!, '/app/lazy.txt'));
  for (const path of tight!.kept.keys()) ok(has(balanced!, path), `balanced: ${path}`);
  for (const path of balanced!.kept.keys()) ok(has(safe!, path), `safe: ${path}`);
  ok(!has(safe!, '/usr/share/doc/tool/README'));
});

test('every kept path has its directories, every path is either kept or dropped', async () => {
  const tree = treeOf(debian());
  for (const level of ['tight', 'balanced', 'safe'] as const) {
    const made = plan(tree, { level });
    const dropped = await drops(tree, { level });
    for (const path of made.kept.keys()) {
      const parent = path.slice(0, path.lastIndexOf('/')) || '/';
      ok(has(made, parent), `${path} without ${parent}`);
    }
    for (const node of tree.nodes()) {
      if (node.kind !== 'directory') ok(has(made, node.path) !== dropped.has(node.path), node.path);
    }
  }
});

test('the same input gives the same plan', () => {
  const tell = (made: SlimPlan): string =>
    JSON.stringify([
      ...made.kept,
      ...made.groups,
      ...[...made.written].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
    ]);
  const tree = debian();
  equal(tell(plan(treeOf(tree))), tell(plan(treeOf(Object.fromEntries(Object.entries(tree).reverse())))));
});

test('the word of the user is final: --keep over --drop over all else', async () => {
  const patterns = {
    keep: ['/usr/share/doc/**', '/app/data.txt'],
    drop: ['/app/*.txt', '/usr/bin/tool'],
  };
  const made = plan(treeOf(debian()), patterns);
  const paths = ['/usr/share/doc/tool/README', '/app/data.txt', '/app/lazy.txt', '/usr/bin/tool'];
  deepEqual(
    paths.map(path => has(made, path)),
    [true, true, false, false],
  );
  equal(made.kept.get('/app/data.txt')?.kind, 'user');
  equal((await drops(treeOf(debian()), patterns)).get('/app/lazy.txt')?.category, 'user');
  throws(
    () => plan(treeOf(debian()), { keep: ['relative'] }),
    error => isSampanError(error, 'usage'),
  );
});

test('a conffile that the user changed is kept, one as installed is not', () => {
  const changed = { ...debian(), '/etc/tool.conf': mine('changed') };
  deepEqual(
    [plan(treeOf(debian())), plan(treeOf(changed))].map(made => has(made, '/etc/tool.conf')),
    [false, true],
  );
});

test('the database is written anew with the packages that stay', () => {
  const { written } = plan(treeOf(debian()));
  const text = [...written.values()].map(bytes => Buffer.from(bytes).toString()).join('\n');
  ok(
    [...written.keys()].some(path => path.startsWith('/var/lib/dpkg/')),
    [...written.keys()].join(),
  );
  ok(/^Package: tool$/m.test(text) && !/^Package: other$/m.test(text));
});

test('what was looked up in vain is kept, through links, with its reason', () => {
  const evidence = { image: IMAGE, footprints: [], lookups: ['/bin/other'] };
  const made = plan(treeOf(debian()), { level: 'tight', evidence });
  equal(made.kept.get('/usr/bin/other')?.kind, 'looked-up');
});

test('evidence and patterns for paths that are not there change nothing', () => {
  const evidence = {
    image: IMAGE,
    footprints: [{ path: '/gone', kind: 'read' }] as const,
    lookups: ['/gone/too', '/'],
  };
  ok(!has(plan(treeOf(debian()), { evidence, keep: ['/no/such/**'] }), '/gone'));
});

test('layers part what the system, languages and the user brought; hard links stay together', () => {
  const links = { paths: ['/app/hard', '/opt/x/node_modules/a/hard'] };
  const shared: Sample = { kind: 'file', layer: 1, links, meta: { mode: 0o644, uid: 0, gid: 0, mtime: 1 } };
  const made = plan(
    treeOf({
      ...debian(),
      '/app/node_modules/a/index.js': mine('1'),
      '/app/node_modules/a/package.json': mine('{"name":"a","version":"1.0.0"}'),
      '/app/hard': shared,
      '/opt/x/node_modules/a/hard': shared,
    }),
  );
  const group = (path: string): string | undefined => made.groups.get(path);
  deepEqual(
    [group('/usr/bin/tool'), group('/app/node_modules/a/index.js'), group('/app/start')],
    ['os', 'dependencies', 'app'],
  );
  equal(group('/app/hard'), group('/opt/x/node_modules/a/hard'));
});

test('directories for writing, of the image, and homes stay, leftovers of installers go', () => {
  const tree = treeOf({
    ...debian(),
    '/var/lib/app': '/',
    '/var/lib/apt/lists': '/',
    '/srv/vol': '/',
    '/deep/er/work': '/',
    '/home/u': '/',
    '/etc/passwd': 'u:x:1:1::/home/u:/bin/sh\n',
  });
  const made = plan(tree, {
    level: 'tight',
    config: config({ Cmd: ['/app/start'], WorkingDir: '/deep/er/work', Volumes: { '/srv/vol': {} } }),
  });
  for (const path of ['/var/lib/app', '/srv/vol', '/deep/er/work', '/home/u', '/app'])
    ok(has(made, path), path);
  ok(!has(made, '/var/lib/apt/lists'));
});
