import { deepEqual } from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { stackLayers } from './index.ts';
import { layerOf, tellTree } from './testing/index.ts';

/** The same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** One layer: each path once, nothing below what is no directory, the rest in any order. */
function randomLayer(pick: (below: number) => number): string[] {
  const kinds = new Map<string, string>();
  for (let i = 0; i < 12; i += 1) {
    const path = Array.from({ length: 1 + pick(3) }, () => 'abc'[pick(3)]).join('/');
    const kind = pick(6);
    if (kind === 0) kinds.set(join(dirname(path), `.wh.${basename(path)}`), ': ');
    else if (kind === 1) kinds.set(`${path}/.wh..wh..opq`, ': ');
    else kinds.set(path, [`: ${i}`, ' -> nowhere', '/', '/'][kind - 2]!);
  }
  const blocked = (path: string): boolean =>
    [...kinds].some(([other, kind]) => kind !== '/' && path.startsWith(`${other}/`));
  return [...kinds].filter(([path]) => !blocked(path)).map(([path, kind]) => path + kind);
}

/** Does the same to a directory in the plainest way: first what goes, then what comes. */
function applyTo(root: string, entries: readonly string[]): void {
  const remove = (path: string): void => {
    if (isRealDirectory(dirname(path))) rmSync(path, { recursive: true, force: true });
  };
  const pathOf = (entry: string): string => join(root, /^(.*?)(?:: .*| -> .*|\/)$/.exec(entry)![1]!);
  for (const path of entries.map(pathOf)) {
    const [name, parent] = [basename(path), dirname(path)];
    if (name === '.wh..wh..opq') for (const each of listOf(parent)) remove(join(parent, each));
    else if (name.startsWith('.wh.')) remove(join(parent, name.slice(4)));
  }
  for (const entry of entries) {
    const path = pathOf(entry);
    if (basename(path).startsWith('.wh.')) continue;
    makeParents(root, dirname(path));
    const isDirectory = entry.endsWith('/');
    if (!(isDirectory && isRealDirectory(path))) remove(path);
    if (isDirectory) mkdirSync(path, { recursive: true });
    else if (entry.includes(' -> ')) symlinkSync('nowhere', path);
    else writeFileSync(path, entry.slice(entry.indexOf(': ') + 2));
  }
}

function listOf(path: string): string[] {
  return isRealDirectory(path) ? readdirSync(path) : [];
}

function isRealDirectory(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

function makeParents(root: string, path: string): void {
  if (path === root || isRealDirectory(path)) return;
  makeParents(root, dirname(path));
  rmSync(path, { force: true });
  mkdirSync(path);
}

function tellDirectory(root: string, at = ''): string[] {
  return readdirSync(root + at)
    .sort()
    .flatMap(name => {
      const path = `${at}/${name}`;
      const stat = lstatSync(root + path);
      if (stat.isDirectory()) return [`${path}/`, ...tellDirectory(root, path)];
      return stat.isSymbolicLink()
        ? [`${path} -> ${readlinkSync(root + path)}`]
        : [`${path}: ${readFileSync(root + path, 'utf8')}`];
    });
}

test('stacking random layers gives what applying them to a directory gives', t => {
  const scratch = mkdtempSync(join(tmpdir(), 'sampan-random-'));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  for (let seed = 1; seed <= 60; seed += 1) {
    const pick = random(seed);
    const layers = Array.from({ length: 2 + pick(4) }, () => randomLayer(pick));
    const root = join(scratch, String(seed));
    mkdirSync(root);
    for (const entries of layers) applyTo(root, entries);
    const tree = stackLayers(layers.map(entries => layerOf(...entries)));
    deepEqual(tellTree(tree), tellDirectory(root), `seed ${seed}: ${JSON.stringify(layers)}`);
    deepEqual(tree.size, [...tree.nodes()].length);
    if (existsSync(root)) rmSync(root, { recursive: true });
  }
});
