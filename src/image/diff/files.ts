import { crc32 } from 'node:zlib';
import { type Content, contentChunks } from '../../core/bytes/index.ts';
import type { Ground } from '../inspect/index.ts';
import type { Node } from '../tree/index.ts';
import type { FileChange } from './types.ts';

/** Every path that is different, sorted, and how many have only other times. */
export function compareFiles(
  before: Ground,
  after: Ground,
): { readonly files: readonly FileChange[]; readonly onlyTimes: number } {
  const files: FileChange[] = [];
  let onlyTimes = 0;
  const sizes = { before, after };
  const now = after.tree.listing();
  for (const [i, path] of now.paths.entries()) {
    const number = now.nodes[i]!;
    const old = before.tree.find(path);
    const node = after.tree.at(number, path);
    if (old === -1 || before.tree.at(old).path !== path) {
      files.push({ path, kind: 'added', before: 0, after: sizeOf(node) });
      continue;
    }
    if (isSameEntry(sizes, old, number)) continue;
    const change = compareNodes(before.tree.at(old, path), node, () => isSameContent(sizes, old, number));
    if (change === 'times') onlyTimes += 1;
    else if (change !== undefined) files.push(change);
  }
  const then = before.tree.listing();
  for (const [i, path] of then.paths.entries()) {
    if (after.tree.find(path) !== -1) continue;
    files.push({ path, kind: 'removed', before: sizeOf(before.tree.at(then.nodes[i]!, path)), after: 0 });
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)), onlyTimes };
}

function sizeOf(node: Node): number {
  return node.kind === 'file' ? node.content.size : 0;
}

interface Both {
  readonly before: Ground;
  readonly after: Ground;
}

interface Place {
  readonly layer: Ground['layers'][number];
  readonly row: number;
}

/** Where the bytes of a node are; absent for a directory that no layer names. */
function placeOf({ stacked, layers }: Ground, node: number): Place | undefined {
  const entry = stacked.live[node]!;
  if (entry < 0) return undefined;
  const file = stacked.targets.get(entry) ?? entry;
  let index = stacked.bases.findLastIndex(base => base <= file);
  index = Math.min(index, layers.length - 1);
  return { layer: layers[index]!, row: file - stacked.bases[index]! };
}

/** The same row of the same layer, so that nothing needs to be compared. */
function isSameEntry({ before, after }: Both, old: number, now: number): boolean {
  const [a, b] = [placeOf(before, old), placeOf(after, now)];
  if (a === undefined || b === undefined) return a === b;
  return a.row === b.row && a.layer.diffId === b.layer.diffId;
}

function isSameContent({ before, after }: Both, old: number, now: number): boolean {
  const [a, b] = [placeOf(before, old), placeOf(after, now)];
  if (a === undefined || b === undefined) return a === b;
  if (a.layer.contents === 'whole' && b.layer.contents === 'whole') {
    return isEqual(a.layer.content(a.row), b.layer.content(b.row));
  }
  return checksum(a) === checksum(b);
}

function checksum({ layer, row }: Place): number {
  if (layer.contents === 'parts') return layer.scan.checksum[row]!;
  let sum = 0;
  for (const chunk of contentChunks(layer.content(row))) sum = crc32(chunk, sum);
  return sum;
}

function isEqual(a: Content, b: Content): boolean {
  if (a.size !== b.size) return false;
  const [left, right] = [contentChunks(a), contentChunks(b)];
  let [x, y]: readonly [Uint8Array, Uint8Array] = [new Uint8Array(), new Uint8Array()];
  for (let at = 0; at < a.size; ) {
    if (x.length === 0) x = left.next().value ?? x;
    if (y.length === 0) y = right.next().value ?? y;
    const size = Math.min(x.length, y.length);
    if (size === 0 || Buffer.compare(x.subarray(0, size), y.subarray(0, size)) !== 0) return false;
    x = x.subarray(size);
    y = y.subarray(size);
    at += size;
  }
  return true;
}

function compareNodes(before: Node, after: Node, isSame: () => boolean): FileChange | 'times' | undefined {
  const change = { path: after.path, before: sizeOf(before), after: sizeOf(after) };
  if (before.kind !== after.kind) {
    return { ...change, kind: 'content', note: `${before.kind} → ${after.kind}` };
  }
  if (before.kind === 'symlink' && after.kind === 'symlink' && before.target !== after.target) {
    return { ...change, kind: 'content', note: `→ ${before.target} became → ${after.target}` };
  }
  if (before.kind === 'file' && (change.before !== change.after || !isSame()))
    return { ...change, kind: 'content' };
  const note = metadataNote(before, after);
  if (note !== '') return { ...change, kind: 'metadata', note };
  return before.meta.mtime === after.meta.mtime ? undefined : 'times';
}

function metadataNote({ meta: a }: Node, { meta: b }: Node): string {
  const notes: string[] = [];
  if (a.mode !== b.mode) notes.push(`mode ${a.mode.toString(8)} → ${b.mode.toString(8)}`);
  if (a.uid !== b.uid || a.gid !== b.gid) notes.push(`owner ${a.uid}:${a.gid} → ${b.uid}:${b.gid}`);
  if (attributes(a.xattrs) !== attributes(b.xattrs)) notes.push('extended attributes');
  return notes.join(', ');
}

function attributes(xattrs: ReadonlyMap<string, Uint8Array> | undefined): string {
  return [...(xattrs ?? [])]
    .map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`)
    .sort()
    .join(' ');
}
