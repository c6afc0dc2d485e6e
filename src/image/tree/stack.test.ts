import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { stackLayers } from './index.ts';
import { layerOf, tellTree } from './testing/index.ts';

interface Stacking {
  readonly name: string;
  readonly layers: readonly (readonly string[])[];
  readonly gives: readonly string[];
}

const STACKINGS: readonly Stacking[] = [
  { name: 'a file replaces a file', layers: [['a: 1'], ['a: 2']], gives: ['/a: 2'] },
  {
    name: 'a file replaces a directory and all in it',
    layers: [['a/', 'a/b: 1', 'a/c/', 'a/c/d: 2'], ['a: 3']],
    gives: ['/a: 3'],
  },
  { name: 'a directory replaces a file', layers: [['a: 1'], ['a/', 'a/b: 2']], gives: ['/a/', '/a/b: 2'] },
  {
    name: 'a directory replaces a symbolic link',
    layers: [['d/', 'd/x: 1', 'a -> d'], ['a/']],
    gives: ['/a/', '/d/', '/d/x: 1'],
  },
  {
    name: 'a directory that comes again keeps what is in it',
    layers: [
      ['a/', 'a/b: 1'],
      ['a/', 'a/c: 2'],
    ],
    gives: ['/a/', '/a/b: 1', '/a/c: 2'],
  },
  {
    name: 'a whiteout removes a file',
    layers: [['a/', 'a/b: 1', 'a/c: 2'], ['a/.wh.b']],
    gives: ['/a/', '/a/c: 2'],
  },
  {
    name: 'a whiteout removes a directory and all in it',
    layers: [['a/', 'a/b/', 'a/b/c: 1'], ['a/.wh.b']],
    gives: ['/a/'],
  },
  { name: 'a whiteout in the root works too', layers: [['a: 1', 'b: 2'], ['.wh.a']], gives: ['/b: 2'] },
  {
    name: 'a whiteout of what is not there does nothing',
    layers: [['a: 1'], ['.wh.b', 'x/.wh.y']],
    gives: ['/a: 1'],
  },
  {
    name: 'a whiteout hides nothing of its own layer, before it or after',
    layers: [['a: 1'], ['a: 2', '.wh.a']],
    gives: ['/a: 2'],
  },
  {
    name: 'a whiteout before the new file works the same',
    layers: [
      ['a/', 'a/old: 1'],
      ['.wh.a', 'a/', 'a/new: 2'],
    ],
    gives: ['/a/', '/a/new: 2'],
  },
  {
    name: 'a whiteout after the new file works the same',
    layers: [
      ['a/', 'a/old: 1'],
      ['a/', 'a/new: 2', '.wh.a'],
    ],
    gives: ['/a/', '/a/new: 2'],
  },
  {
    name: 'an opaque mark empties a directory of older things',
    layers: [
      ['a/', 'a/b: 1', 'a/c/', 'a/c/d: 2'],
      ['a/', 'a/.wh..wh..opq', 'a/n: 3'],
    ],
    gives: ['/a/', '/a/n: 3'],
  },
  {
    name: 'an opaque mark behind its files works the same',
    layers: [
      ['a/', 'a/b: 1', 'a/c/', 'a/c/d: 2'],
      ['a/', 'a/n: 3', 'a/.wh..wh..opq'],
    ],
    gives: ['/a/', '/a/n: 3'],
  },
  {
    name: 'an opaque mark keeps an old directory with something new in it',
    layers: [
      ['a/', 'a/c/', 'a/c/d: 1'],
      ['a/c/n: 2', 'a/.wh..wh..opq'],
    ],
    gives: ['/a/', '/a/c/', '/a/c/n: 2'],
  },
  { name: 'other reserved names are not files', layers: [['a: 1', '.wh..wh.plnk: x']], gives: ['/a: 1'] },
  {
    name: 'parents that nobody names are there',
    layers: [['a/b/c: 1']],
    gives: ['/a/', '/a/b/', '/a/b/c: 1'],
  },
  {
    name: 'a file below a link to a directory lands in that',
    layers: [['usr/', 'usr/lib/', 'lib -> usr/lib'], ['lib/x: 1']],
    gives: ['/lib -> usr/lib', '/usr/', '/usr/lib/', '/usr/lib/x: 1'],
  },
  {
    name: 'a file below an old link that leads nowhere gets a directory',
    layers: [['a -> gone'], ['a/x: 1']],
    gives: ['/a/', '/a/x: 1'],
  },
  {
    name: 'a file below an old file gets a directory',
    layers: [['a: 1'], ['a/x: 2']],
    gives: ['/a/', '/a/x: 2'],
  },
  {
    name: 'links in a circle are kept and do not hang',
    layers: [['a -> b', 'b -> a', 'c -> c/c']],
    gives: ['/a -> b', '/b -> a', '/c -> c/c'],
  },
  {
    name: 'leading slashes and dots change nothing',
    layers: [['/a/', './a/b: 1', './', '/']],
    gives: ['/a/', '/a/b: 1'],
  },
  {
    name: 'a hard link over layers has the old content',
    layers: [['a: 1'], ['b = a']],
    gives: ['/a: 1', '/b: 1'],
  },
  {
    name: 'a hard link stays when its first path goes',
    layers: [['a: 1', 'b = a'], ['.wh.a']],
    gives: ['/b: 1'],
  },
  {
    name: 'a hard link to a symbolic link is one',
    layers: [['a -> x', 'b = a']],
    gives: ['/a -> x', '/b -> x'],
  },
  {
    name: 'a hard link replaces what is in its place',
    layers: [['a: 1', 'b/', 'b/c: 2'], ['b = a']],
    gives: ['/a: 1', '/b: 1'],
  },
  { name: 'a hard link to itself changes nothing', layers: [['a: 1', 'a = a']], gives: ['/a: 1'] },
];

describe('in a stack of layers', () => {
  for (const { name, layers, gives } of STACKINGS) {
    test(name, () => {
      const tree = stackLayers(layers.map(entries => layerOf(...entries)));
      deepEqual(tellTree(tree), gives);
      equal(tree.size, gives.length + 1);
    });
  }
});

const REFUSED = [
  ['a path that climbs', ['a/../../b: x'], 'invalid'],
  ['a whiteout that climbs', ['../.wh.b'], 'invalid'],
  ['a hard link that climbs', ['a: 1', 'b = ../a'], 'invalid'],
  ['a hard link to nothing', ['b = a'], 'invalid'],
  ['a hard link to a directory', ['a/', 'b = a'], 'invalid'],
  ['a hard link below the file that it links', ['a: 1', 'a/b = a'], 'invalid'],
  ['a file below a file of its layer', ['a: 1', 'a/b: 2'], 'invalid'],
  ['a file below a dangling link of its layer', ['a -> gone', 'a/b: 2'], 'invalid'],
  ['a file below a circle of its layer', ['a -> a', 'a/b: 2'], 'invalid'],
  ['a link without a target', ['a -> '], 'invalid'],
  ['a name of 256 bytes in few characters', [`${'\u2603'.repeat(86)}: x`], 'limit'],
  ['a path of more than 4096 characters', [`${'a/'.repeat(2048)}b: x`], 'limit'],
] as const;

describe('a layer is refused with', () => {
  for (const [name, entries, code] of REFUSED) {
    test(name, () => {
      throws(
        () => stackLayers([layerOf(...entries)]),
        error => isSampanError(error, code) && error.message.includes('layer 1 of 1'),
      );
    });
  }
  test('a hard link over layers to a file that its own parent replaces', () => {
    throws(
      () => stackLayers([layerOf('a: 1'), layerOf('a/b = a')]),
      error => isSampanError(error, 'invalid'),
    );
  });
  test('more entries, or more directories that they imply, than the limit', () => {
    throws(
      () => stackLayers([layerOf('a: 1', 'b: 2')], { maxNodes: 1 }),
      error => isSampanError(error, 'limit'),
    );
    throws(
      () => stackLayers([layerOf('a/b/c/d/e: 1')], { maxNodes: 5 }),
      error => isSampanError(error, 'limit'),
    );
    const deep = Array.from({ length: 40 }, (_, i) => `${i}/${'a/'.repeat(2000)}f: x`);
    throws(
      () => stackLayers([layerOf(...deep)]),
      error => isSampanError(error, 'limit'),
    );
  });
});

test('paths of one inode know each other, also over layers, and forget those that went', () => {
  const tree = stackLayers([layerOf('a: 1', 'b = a', 'c = b'), layerOf('d = c', '.wh.a')]);
  const links = ['/b', '/c', '/d'].map(path => {
    const node = tree.get(path);
    return node?.kind === 'file' ? node.links : undefined;
  });
  ok(links[0] !== undefined && links[0] === links[1] && links[1] === links[2]);
  deepEqual([...links[0].paths].sort(), ['/b', '/c', '/d']);
  const alone = stackLayers([layerOf('a: 1', 'b = a'), layerOf('.wh.b')]).get('/a');
  ok(alone?.kind === 'file' && alone.links === undefined);
});

test('sixty layers and 200 000 entries are stacked and read back', () => {
  const entry = layerOf('x: 1').entries[0]!;
  const layers = Array.from({ length: 60 }, (_, i) => ({
    ...layerOf(),
    entries: Array.from({ length: 3400 }, (_, j) => ({
      ...entry,
      path: `usr/${j % 97}/${i % 7}/file-${i}-${j}`,
    })),
  }));
  const tree = stackLayers(layers);
  equal([...tree.nodes()].filter(node => node.kind === 'file').length, 60 * 3400);
  equal(tree.size, 60 * 3400 + 1 + 1 + 97 + 97 * 7);
});
