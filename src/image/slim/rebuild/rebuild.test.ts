import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesContent,
  digestContent,
  digestOf,
  finishDigest,
  readStream,
  startDigest,
} from '../../../core/bytes/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { parseConfig, parseManifest } from '../../../core/oci/index.ts';
import { imageFrom, memoryStore } from '../../../core/store/index.ts';
import { type TarEntry, TarReader } from '../../../core/tar/index.ts';
import { type Node, treeOf } from '../../tree/index.ts';
import type { LayerGroup, Reason, SlimPlan } from '../plan/index.ts';
import { slimConfig } from './config.ts';
import { checkSpace, rebuild, slimNodes } from './index.ts';
import { layerTar } from './layer.ts';

const META = { mode: 0o640, uid: 3, gid: 4, mtime: 1_700_000_000.25, exactMtime: '1700000000.250000001' };
const LINKS = { paths: ['/app/one', '/app/two', '/app/dropped'] };
const linked = { kind: 'file', links: LINKS, content: bytesContent('inode'), meta: META } as const;

const TREE = treeOf({
  '/app': { kind: 'directory', meta: { ...META, mode: 0o1777 } },
  '/app/one': linked,
  '/app/two': linked,
  '/app/dropped': linked,
  '/app/n\u00e4me': {
    kind: 'file',
    content: bytesContent('x'.repeat(1000)),
    meta: { ...META, xattrs: new Map([['user.a', Buffer.from('b')]]) },
  },
  '/app/link': '-> /app/one',
  '/app/pipe': { kind: 'fifo', meta: META },
  '/dev/null': { kind: 'character', major: 1, minor: 3, meta: META },
  '/usr/lib/l.so': 'library',
  '/usr/share/gone': 'gone',
});

const WHY: Reason = { kind: 'app', text: 'x' };

/** A plan that keeps these paths; those below `/app` are the app's. */
function planOf(paths: readonly string[], written: Readonly<Record<string, string>> = {}): SlimPlan {
  return {
    level: 'balanced',
    kept: new Map(paths.map(path => [path, WHY])),
    groups: new Map(paths.map(path => [path, (path.startsWith('/app') ? 'app' : 'os') as LayerGroup])),
    written: new Map(Object.entries(written).map(([path, text]) => [path, Buffer.from(text)])),
    packages: { kept: [], dropped: [] },
  };
}

const KEPT = [
  '/app',
  '/app/link',
  '/app/n\u00e4me',
  '/app/one',
  '/app/pipe',
  '/app/two',
  '/dev/null',
  '/usr/lib/l.so',
];

async function entriesOf(nodes: readonly Node[]): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  const reader = new TarReader({ entry: entry => entries.push(entry) });
  reader.write(await readStream(layerTar(nodes), 'layer', 1 << 24));
  reader.end();
  return entries;
}

test('nodes go into the layers of their groups, each with the directories above it', () => {
  const { layers } = slimNodes(TREE, planOf(KEPT, { '/var/lib/dpkg/status': 's' }), { strip: true });
  deepEqual(
    layers.map(({ group, nodes }) => [group, nodes.map(node => node.path)]),
    [
      [
        'os',
        [
          '/dev',
          '/dev/null',
          '/usr',
          '/usr/lib',
          '/usr/lib/l.so',
          '/var',
          '/var/lib',
          '/var/lib/dpkg',
          '/var/lib/dpkg/status',
        ],
      ],
      ['app', ['/app', '/app/link', '/app/n\u00e4me', '/app/one', '/app/pipe', '/app/two']],
    ],
  );
});

test('a layer has every node exactly as it is, and hard links once', async () => {
  const { layers } = slimNodes(TREE, planOf(KEPT), { strip: true });
  const entries = new Map((await entriesOf(layers[1]!.nodes)).map(entry => [entry.path, entry]));
  const { mode, mtime, exactMtime, uid, gid } = entries.get('app/one')!;
  deepEqual({ mode, mtime, exactMtime, uid, gid }, META);
  const told = [...entries.values()].map(({ path, type, size, linkPath }) => [path, type, size, linkPath]);
  deepEqual(told, [
    ['app/', 'directory', 0, ''],
    ['app/link', 'symlink', 0, '/app/one'],
    ['app/n\u00e4me', 'file', 1000, ''],
    ['app/one', 'file', 5, ''],
    ['app/pipe', 'fifo', 0, ''],
    ['app/two', 'hardlink', 0, 'app/one'],
  ]);
  equal(entries.get('app/')?.mode, 0o1777);
  deepEqual(Buffer.from(entries.get('app/n\u00e4me')?.xattrs?.get('user.a') ?? '').toString(), 'b');
  const [device] = (await entriesOf(layers[0]!.nodes)).filter(entry => entry.path === 'dev/null');
  deepEqual([device?.type, device?.major, device?.minor], ['character', 1, 3]);
});

const CONFIG = {
  os: 'linux',
  architecture: 'arm64',
  variant: 'v8',
  created: '2024-01-02T03:04:05Z',
  config: { Cmd: ['/x'], Labels: { a: 'b' }, Unknown: [1, { deep: null }] },
  rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.from('1')), digestOf(Buffer.from('2'))] },
  history: [
    { created_by: 'one' },
    { created_by: 'empty', empty_layer: true },
    { created_by: 'two', comment: 'c' },
  ],
  moby: { kept: true },
};
const RAW = Buffer.from(JSON.stringify(CONFIG));

test('an image is rebuilt to the same digests, valid, with all that its configuration had', async () => {
  const build = async () => {
    const store = memoryStore();
    const plan = planOf(KEPT);
    const nodes = slimNodes(TREE, plan, { strip: true });
    const rebuilt = await rebuild(store, { original: { rawConfig: RAW, id: digestOf(RAW) }, plan, nodes });
    return { store, rebuilt };
  };
  const [{ store, rebuilt }, second] = [await build(), await build()];
  deepEqual(second.rebuilt, rebuilt);
  const image = imageFrom(store, rebuilt.root);
  const raw = await image.rawConfig();
  const config = parseConfig(raw);
  const manifest = await image.manifest();
  parseManifest(Buffer.from(JSON.stringify(manifest)));
  equal(manifest.config.digest, rebuilt.id);
  deepEqual(
    config.rootfs.diff_ids,
    manifest.layers.map(layer => layer.digest),
  );
  const { rootfs: _, history: __, ...rest } = CONFIG;
  const { rootfs: ___, history, ...got } = JSON.parse(raw.toString());
  deepEqual(got, rest);
  deepEqual(
    history.map((step: { created_by: string; empty_layer?: boolean }) => [
      step.created_by,
      step.empty_layer === true,
    ]),
    [
      ['one', true],
      ['empty', true],
      ['two', true],
      ['sampan slim: the operating system', false],
      ['sampan slim: the app', false],
    ],
  );
  for (const layer of await image.layers()) {
    const tar = await readStream(layer.tar(), 'layer', 1 << 24);
    equal(digestContent(bytesContent(tar)), layer.diffId);
  }
});

test('a configuration that is no object is refused, odd members are kept', () => {
  throws(
    () => slimConfig(Buffer.from('5'), []),
    error => isSampanError(error, 'invalid'),
  );
  const odd = slimConfig(Buffer.from('{"__proto__":{"a":1},"history":5}'), []);
  match(Buffer.from(odd).toString(), /"__proto__":\{"a":1\}/);
});

test('what does not fit is refused with its largest file, hard links counted once', () => {
  const nodes = slimNodes(TREE, planOf(KEPT), { strip: false });
  checkSpace(nodes, '/somewhere', 5 + 1000 + 7);
  throws(
    () => checkSpace(nodes, '/somewhere', 5 + 1000 + 6),
    error =>
      isSampanError(error, 'no-space') &&
      error.message.includes('/app/n\u00e4me') &&
      error.remedy?.includes('--drop') === true,
  );
});

test('who gathers the chunks of a layer has its bytes', async () => {
  const files = Array.from({ length: 40 }, (_, n) => [`/f${n}`, `${n}`.repeat(n * 5000)] as const);
  const nodes = [...treeOf(Object.fromEntries(files)).nodes()];
  const hash = startDigest();
  const held: Uint8Array[] = [];
  for await (const chunk of layerTar(nodes)) {
    hash.update(chunk);
    held.push(chunk);
  }
  ok(held.length > 3);
  equal(digestOf(Buffer.concat(held)), finishDigest(hash));
});

test('a rebuild stops when it is interrupted', async () => {
  const plan = planOf(KEPT);
  const nodes = slimNodes(TREE, plan, { strip: false });
  const building = rebuild(
    memoryStore(),
    { original: { rawConfig: RAW, id: digestOf(RAW) }, plan, nodes },
    { signal: AbortSignal.abort() },
  );
  await rejects(building, error => isSampanError(error, 'cancelled'));
});
