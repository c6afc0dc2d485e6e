import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { type Content, readContent } from '../../../core/bytes/index.ts';
import type { LocalLayer } from '../../../core/store/index.ts';
import { fail, type TestEntry, tarOf } from '../../../core/store/testing/index.ts';
import { type TarEntry, TarReader } from '../../../core/tar/index.ts';
import { type Node, pathsNamed, stackLayers, type Tree } from '../../tree/index.ts';
import { addEntry, ColumnWriter } from '../scan/index.ts';
import { stackScans } from './stack.ts';
import type { Stacked } from './stacked.ts';
import { treeOfStack } from './tree.ts';

interface Made {
  readonly stacked: Stacked;
  readonly tree: Tree;
  /** What the general stacking makes of the same layers. */
  readonly reference: Tree;
}

function layerOf(entries: readonly TestEntry[]): LocalLayer & { readonly tar: Buffer } {
  const tar = tarOf(entries);
  const found: TarEntry[] = [];
  new TarReader({ entry: entry => void found.push(entry) }).write(tar);
  return {
    diffId: 'sha256:0000000000000000000000000000000000000000000000000000000000000000',
    entries: found,
    content: entry => contentAt(tar, entry.contentOffset, entry.size),
    verify: async () => undefined,
    tar,
  };
}

function contentAt(tar: Buffer, from: number, size: number): Content {
  const bytes = tar.subarray(from, from + size);
  return { size, pieces: [{ kind: 'bytes', bytes, size }] };
}

function stack(...layers: readonly (readonly TestEntry[])[]): Made {
  const local = layers.map(layerOf);
  const scans = local.map(layer => {
    const writer = new ColumnWriter();
    for (const entry of layer.entries) addEntry(writer, entry);
    return writer.finish(layer.tar.length);
  });
  const stacked = stackScans(scans);
  const tree = treeOfStack(stacked, (layer, row) =>
    contentAt(local[layer]!.tar, scans[layer]!.offset[row]!, scans[layer]!.size[row]!),
  );
  return { stacked, tree, reference: stackLayers(local) };
}

function told(node: Node): object {
  return {
    path: node.path,
    kind: node.kind,
    layer: node.layer,
    mode: node.meta.mode,
    ...(node.kind === 'file' ? { content: readContent(node.content).toString() } : {}),
    ...(node.kind === 'symlink' ? { target: node.target } : {}),
  };
}

const tell = (tree: Tree): object[] => [...tree.nodes()].map(told);
const link = (path: string, linkPath: string): TestEntry => ({ path, type: 'symlink', linkPath });
const directory = (path: string): TestEntry => ({ path, type: 'directory', mode: 0o755 });

test('files are added, replaced and removed as in the general tree', () => {
  const { tree, reference, stacked } = stack(
    [
      directory('a/'),
      { path: 'a/one', content: '1' },
      { path: 'a/two', content: '22' },
      { path: 'b/c/d', content: 'd' },
    ],
    [{ path: 'a/one', content: '111' }, { path: 'b/.wh.c' }, { path: 'e', content: 'e' }],
    [{ path: 'a/.wh..wh..opq' }, { path: 'a/new', content: 'new' }],
  );
  deepEqual(tell(tree), tell(reference));
  equal(tree.size, reference.size);
  deepEqual(
    stacked.changes.map(({ added, changed, removed, hiddenBytes }) => ({
      added,
      changed,
      removed,
      hiddenBytes,
    })),
    [
      { added: 3, changed: 0, removed: 0, hiddenBytes: 4 },
      { added: 1, changed: 1, removed: 1, hiddenBytes: 3 },
      { added: 1, changed: 0, removed: 2, hiddenBytes: 0 },
    ],
  );
});

test('any order of additions, replacements and removals gives the general tree', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const names = ['a', 'b', 'c', 'dd'];
  const path = (): string =>
    Array.from({ length: 1 + random(3) }, () => names[random(names.length)]!).join('/');
  for (let round = 0; round < 300; round += 1) {
    const layers = Array.from({ length: 1 + random(4) }, (_, layer) => {
      const entries = new Map<string, TestEntry>();
      for (let i = 0; i < 1 + random(6); i += 1) {
        const at = path();
        // A file is never above another entry of its own layer, as in every real layer.
        if (
          [...entries.keys()].some(
            each => each.startsWith(`${at}/`) || at.startsWith(`${each}/`) || each === at,
          )
        )
          continue;
        const slash = at.lastIndexOf('/') + 1;
        const whiteout = layer > 0 && random(4) === 0;
        const name = whiteout ? `${at.slice(0, slash)}.wh.${at.slice(slash)}` : at;
        entries.set(
          at,
          whiteout
            ? { path: name }
            : random(5) === 0
              ? directory(`${at}/`)
              : { path: name, content: 'x'.repeat(random(9)) },
        );
      }
      return [...entries.values()];
    });
    const { tree, reference, stacked } = stack(...layers);
    deepEqual(tell(tree), tell(reference), JSON.stringify(layers));
    const bytes = tell(reference).reduce(
      (sum, node) => sum + ('content' in node ? String(node.content).length : 0),
      0,
    );
    equal(stacked.liveBytes[0], bytes);
    const carried = stacked.changes.reduce((sum, each) => sum + each.bytes - each.hiddenBytes, 0);
    equal(carried, bytes, JSON.stringify(layers));
  }
});

test('a path through a symbolic link of a lower layer goes where the link leads', () => {
  const made = stack(
    [directory('usr/'), directory('usr/bin/'), link('bin', 'usr/bin')],
    [{ path: 'bin/sh', content: '#' }],
  );
  deepEqual(tell(made.tree), tell(made.reference));
  equal(made.tree.get('/usr/bin/sh')?.layer, 1);
  equal(made.tree.get('/bin/sh')?.path, '/usr/bin/sh');
});

test('links that go in circles, or out of the root, lead nowhere or stay inside', () => {
  const { tree, reference } = stack([
    link('a', 'b'),
    link('b', 'a'),
    link('up', '../../etc'),
    { path: 'etc/x', content: 'x' },
  ]);
  for (const path of [
    '/a/x',
    '/up/x',
    '/up',
    '/a',
    '/nothing',
    '/etc/x/y',
    '/etc/./x',
    '/etc/../etc/x',
    '/etc//x',
    '//etc/x',
    '/etc/.',
    '/etc/..',
    '/etc/...',
    '/etc/',
    'etc/x',
    'x',
    '',
    '/up/../etc/x',
    '/etc/ä',
    '/',
  ]) {
    equal(tree.get(path)?.path, reference.get(path)?.path, path);
    equal(tree.resolve(path)?.node.path, reference.resolve(path)?.node.path, path);
    deepEqual(tree.list(path), reference.list(path), path);
  }
});

test('other names of a file carry no bytes, and its bytes stay while one is there', () => {
  const { tree, reference, stacked } = stack(
    [
      { path: 'a', content: '12345' },
      { path: 'b', type: 'hardlink', linkPath: 'a' },
    ],
    [{ path: '.wh.a' }],
    [{ path: '.wh.b' }],
  );
  deepEqual(tell(tree), tell(reference));
  deepEqual(
    stacked.hidden.map(({ by, bytes }) => ({ by, bytes })),
    [
      { by: 1, bytes: 0 },
      { by: 2, bytes: 5 },
    ],
  );
});

test('a change of owner or mode alone is told from a change of content', () => {
  const { stacked } = stack(
    [
      { path: 'same', content: 'abc', mtime: 5 },
      { path: 'other', content: 'abc', mtime: 5 },
    ],
    [
      { path: 'same', content: 'abc', mtime: 5, uid: 33 },
      { path: 'other', content: 'abd', mtime: 6 },
    ],
  );
  deepEqual(
    stacked.hidden.map(({ node, how }) => [stacked.names.pathOf(node), how]),
    [
      ['/same', 'metadata'],
      ['/other', 'replaced'],
    ],
  );
});

test('the efficiency counts each path with its sizes in all layers', () => {
  // /twice: 10 + 30, least 10; /once: 5; /gone: 20, and a whiteout of a file counts 0.
  const { stacked } = stack(
    [
      { path: 'twice', content: 'x'.repeat(10) },
      { path: 'once', content: 'x'.repeat(5) },
      { path: 'gone', content: 'x'.repeat(20) },
    ],
    [{ path: 'twice', content: 'x'.repeat(30) }, { path: '.wh.gone' }],
  );
  equal(stacked.efficiency.score, (10 + 5 + 0) / (40 + 5 + 20));
  equal(stacked.efficiency.wastedBytes, 40 + 20);
});

test('a directory that is removed counts once, by what was in it', () => {
  // Nothing lists /d itself but the whiteout, so that it is not wasted: dive sees it the same way.
  const { stacked } = stack(
    [
      { path: 'd/a', content: 'x'.repeat(7) },
      { path: 'd/b/c', content: 'x'.repeat(3) },
    ],
    [{ path: '.wh.d' }],
  );
  equal(stacked.efficiency.score, (7 + 3 + 10) / 20);
  equal(stacked.efficiency.wastedBytes, 0);
});

test('an image of nothing is efficient', () => {
  equal(stack().stacked.efficiency.score, 1);
  equal(stack([]).stacked.efficiency.score, 1);
  deepEqual(tell(stack([]).tree), tell(stack([]).reference));
});

test('paths that lead out of the root, and links to nothing, are refused', () => {
  const scan = (entry: TestEntry) => {
    const writer = new ColumnWriter();
    for (const each of layerOf([entry]).entries) addEntry(writer, each);
    return () => stackScans([writer.finish(0)]);
  };
  throws(scan({ path: '../etc/passwd', content: 'x' }), fail('invalid', 'leads out'));
  throws(scan({ path: 'a/../../b', content: 'x' }), fail('invalid', 'leads out'));
  throws(scan({ path: 'a', type: 'hardlink', linkPath: 'gone' }), fail('invalid', 'gone'));
  throws(scan({ path: `${'a/'.repeat(9000)}b`, content: 'x' }), fail('limit', 'a path of'));
});

test('a whiteout of what is not there, and a reserved one, mean nothing', () => {
  const made = stack(
    [{ path: 'a', content: 'a' }],
    [{ path: '.wh.b' }, { path: '.wh..wh.plnk' }, { path: '.wh.' }],
  );
  deepEqual(made.tree.list('/'), ['a']);
});

test('nodes are found by their own names, in the order of all paths, as in any other tree', () => {
  const { tree, reference } = stack(
    [{ path: 'a-b/größe' }, { path: 'a/größe/größe' }, { path: 'größe.old' }, { path: 'gone/größe' }],
    [{ path: '.wh.gone' }, { path: 'new/größe', type: 'symlink', linkPath: '/a' }],
  );
  const wanted = ['/a/größe', '/a/größe/größe', '/a-b/größe', '/new/größe'];
  deepEqual([...pathsNamed(tree, 'größe')], wanted);
  deepEqual([...pathsNamed(reference, 'größe')], wanted);
});
