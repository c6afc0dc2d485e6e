import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type PackedFile, packFiles } from './pack.ts';

interface Tree {
  readonly names: readonly string[];
  readonly parents: Int32Array;
  readonly leafOf: Int32Array;
  readonly files: Int32Array;
  readonly totals: Readonly<Record<string, Float64Array>>;
}

interface Model {
  unpack(pack: unknown): Tree;
  pathOf(tree: Tree, node: number): string;
  labelOf(tree: Tree, node: number, column: string): string;
}

const model: Model = await import(new URL('client/model.js', import.meta.url).href);

function packed(path: string, size = 1, reason = 'because'): PackedFile {
  return { path, numbers: { size }, labels: { reason } };
}

function unpackedPaths(tree: Tree): string[] {
  return [...tree.leafOf.keys()]
    .filter(node => tree.leafOf[node]! >= 0)
    .map(node => model.pathOf(tree, node));
}

test('the client unpacks the files that were packed, with their numbers and labels', () => {
  const files = [packed('/usr/lib/a.so', 5, 'linked'), packed('/etc/passwd', 2), packed('/usr/lib-x', 3)];
  const tree = model.unpack(packFiles(files));
  deepEqual(unpackedPaths(tree), ['/etc/passwd', '/usr/lib/a.so', '/usr/lib-x']);
  equal(tree.totals.size![0], 10);
  equal(tree.files[0], 3);
  const linked = [...tree.leafOf.keys()].find(node => model.pathOf(tree, node) === '/usr/lib/a.so')!;
  equal(model.labelOf(tree, linked, 'reason'), 'linked');
});

test('any set of paths comes back as it was, in any order of input', () => {
  const names = ['a', 'b', 'aa', 'a.b', 'ü', '三', '__proto__', ' ', 'x'.repeat(300), '\udcff'];
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 50; round++) {
    const paths = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const depth = 1 + next(5);
      paths.add(`/${Array.from({ length: depth }, () => names[next(names.length)]).join('/')}/file${i}`);
    }
    const pack = packFiles([...paths].map(path => packed(path)));
    deepEqual(unpackedPaths(model.unpack(pack)).sort(), [...paths].sort());
    deepEqual(packFiles([...paths].reverse().map(path => packed(path))), pack);
  }
});

test('no files make an empty tree, and a path of any depth is walked', () => {
  deepEqual(unpackedPaths(model.unpack(packFiles([]))), []);
  const deep = `${'/d'.repeat(20_000)}/file`;
  deepEqual(unpackedPaths(model.unpack(packFiles([packed(deep)]))), [deep]);
});
