import {
  closeSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemPath } from '../../core/bytes/index.ts';
import type { Node, Tree } from '../tree/index.ts';
import { LONG_AGO } from './unpack.ts';

/** What a run did with a node. */
export interface Footprint {
  readonly path: string;
  /** A file was read, executed or mapped; a symlink was followed; a directory was listed. */
  readonly kind: 'read' | 'followed' | 'listed';
}

const A_DAY_S = 86_400;

/**
 * What was accessed below `directory` since `tree` was unpacked there, in the order of the tree. A node
 * that a run removed or replaced counts as accessed.
 */
export function footprints(tree: Tree, directory: string): Footprint[] {
  const found: Footprint[] = [];
  for (const node of tree.nodes()) {
    const kind = KINDS[node.kind];
    if (kind !== undefined && wasAccessed(node, directory)) found.push({ path: node.path, kind });
  }
  return found;
}

const KINDS: Readonly<Partial<Record<Node['kind'], Footprint['kind']>>> = {
  file: 'read',
  symlink: 'followed',
  directory: 'listed',
};

function wasAccessed(node: Node, directory: string): boolean {
  try {
    return lstatSync(systemPath(directory + node.path)).atimeMs / 1000 > LONG_AGO + A_DAY_S;
  } catch {
    // It is gone, or something on the way to it is another thing now.
    return true;
  }
}

/** True when the file system of `directory` keeps access times: some are mounted `noatime`. */
export function keepsAccessTimes(directory: string): boolean {
  const probe = mkdtempSync(join(directory, 'atime-'));
  try {
    const path = join(probe, 'file');
    writeFileSync(path, 'x');
    utimesSync(path, LONG_AGO, LONG_AGO);
    const file = openSync(path, 'r');
    readSync(file, Buffer.alloc(1));
    closeSync(file);
    return lstatSync(path).atimeMs / 1000 > LONG_AGO;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
