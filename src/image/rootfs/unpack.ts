import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  statfsSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { encodeName, systemPath } from '../../core/bytes/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import type { Cancel } from '../../core/store/index.ts';
import { runProgram } from '../../core/work/index.ts';
import type { DirectoryNode, FileNode, Node, SymlinkNode, Tree } from '../tree/index.ts';
import { type WriteOptions, writeFiles } from './files.ts';
import type { FileTask, WorkerSetup } from './task.ts';
import { setXattrs } from './xattrs.ts';

/** Every node gets this access time: 2000-01-01, so that any access since shows. In seconds since 1970. */
export const LONG_AGO = 946_684_800;

/** How to unpack. */
export interface UnpackOptions extends WriteOptions {
  /** Files get their sizes, but no content: what is left are holes. */
  readonly hollow?: boolean;
  /** Called when every file has all its paths; the rest is made meanwhile. */
  readonly withFiles?: () => Promise<void>;
}

/** How unpacking went. */
export interface Unpacked {
  readonly directory: string;
  /** Nodes whose extended attributes could not be set, because there is no `setfattr` or no right to. */
  readonly withoutXattrs: readonly string[];
}

/**
 * Writes a tree into `directory`, which must not exist: contents, owners, modes, times, links, devices.
 * Needs root to set owners. Every access time is {@link LONG_AGO}.
 *
 * @throws SampanError `no-space` before anything is written when it cannot fit; `denied`, `cancelled`.
 */
export async function unpack(tree: Tree, directory: string, options: UnpackOptions = {}): Promise<Unpacked> {
  const sorted = sortNodes(tree);
  let besides: Promise<void> | undefined;
  try {
    mkdirSync(directory, { mode: 0o755 });
    if (options.hollow !== true) checkSpace(sorted.files, directory);
    for (const node of sorted.directories)
      if (node.path !== '/') mkdirSync(systemPath(directory + node.path));
    await writeFiles(
      sorted.files.map(file => taskFor(options.hollow === true ? hollow(file) : file, directory)),
      setup(),
      options,
    );
    for (const node of sorted.links)
      linkSync(systemPath(directory + node.links!.paths[0]!), systemPath(directory + node.path));
    besides = options.withFiles?.();
    for (const node of sorted.symlinks) makeSymlink(node, directory);
    await makeSpecials(sorted.specials, directory, options);
    const withoutXattrs = setXattrs(sorted.attributed, directory);
    for (const node of sorted.directories.reverse()) finishDirectory(node, directory);
    await besides;
    return { directory, withoutXattrs };
  } catch (error) {
    await besides?.catch(() => {});
    throw wrap(`unpacking into ${directory}`, error);
  }
}

interface Sorted {
  readonly directories: DirectoryNode[];
  readonly files: FileNode[];
  /** Further paths of files that are written. */
  readonly links: FileNode[];
  readonly symlinks: SymlinkNode[];
  readonly specials: Exclude<Node, DirectoryNode | FileNode | SymlinkNode>[];
  readonly attributed: Node[];
}

function sortNodes(tree: Tree): Sorted {
  const sorted: Sorted = {
    directories: [],
    files: [],
    links: [],
    symlinks: [],
    specials: [],
    attributed: [],
  };
  for (const node of tree.nodes()) {
    if (node.kind === 'directory') sorted.directories.push(node);
    else if (node.kind === 'symlink') sorted.symlinks.push(node);
    else if (node.kind !== 'file') sorted.specials.push(node);
    else if (node.links !== undefined && isFurther(node, tree)) sorted.links.push(node);
    else sorted.files.push(node);
    if (node.meta.xattrs !== undefined) sorted.attributed.push(node);
  }
  return sorted;
}

/** True when another path of the same inode is the one that is written. */
function isFurther(node: FileNode, tree: Tree): boolean {
  const first = node.links?.paths[0];
  return first !== undefined && first !== node.path && tree.get(first)?.kind === 'file';
}

function taskFor(file: FileNode, directory: string): FileTask {
  const { mode, uid, gid, mtime } = file.meta;
  const { size, pieces } = file.content;
  return { path: directory + file.path, mode, uid, gid, mtime, size, pieces };
}

function hollow(file: FileNode): FileNode {
  const { size } = file.content;
  return { ...file, content: { size, pieces: size === 0 ? [] : [{ kind: 'zeros', size }] } };
}

function setup(): WorkerSetup {
  return {
    accessTime: LONG_AGO,
    umask: process.umask(),
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
  };
}

function checkSpace(files: readonly FileNode[], directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  let wanted = 0;
  for (const file of files) {
    for (const piece of file.content.pieces)
      if (piece.kind !== 'zeros') wanted += Math.ceil(piece.size / bsize) * bsize;
  }
  if (wanted <= bavail * bsize) return;
  throw new SampanError('no-space', `it needs ${wanted} bytes, ${bavail * bsize} are free`, {
    remedy: 'free some disk space, or point TMPDIR at a larger disk',
  });
}

function makeSymlink(node: SymlinkNode, directory: string): void {
  const path = systemPath(directory + node.path);
  symlinkSync(systemPath(node.target), path);
  lchownSync(path, node.meta.uid, node.meta.gid);
  lutimesSync(path, LONG_AGO, node.meta.mtime);
}

/** Devices and pipes: each is made by a program of its own. No image needs many. */
const MAX_SPECIALS = 1000;
/** So many by one shell: their names must fit into its arguments, and starting it takes longer than they do. */
const SPECIALS_AT_ONCE = 100;
const MAKE =
  'while [ $# -gt 0 ]; do if [ "$2" = p ]; then mknod -- "$1" p; else mknod -- "$1" "$2" "$3" "$4"; fi || exit; shift 4; done';

async function makeSpecials(
  specials: Sorted['specials'],
  directory: string,
  { signal }: Cancel,
): Promise<void> {
  if (specials.length > MAX_SPECIALS) {
    throw new SampanError(
      'limit',
      `the image has ${specials.length} devices and pipes, at most ${MAX_SPECIALS} are made`,
    );
  }
  for (let at = 0; at < specials.length; at += SPECIALS_AT_ONCE) {
    if (signal?.aborted === true) throw new SampanError('cancelled', 'unpacking was interrupted');
    const some = specials.slice(at, at + SPECIALS_AT_ONCE);
    const words = some.flatMap(node => wordsOf(node, directory));
    const { code, output } = await runProgram('sh', ['-c', MAKE, 'sh', ...words]);
    if (code !== 0) throw new SampanError('denied', `a device or pipe cannot be made: ${output.trim()}`);
    for (const node of some) finishSpecial(node, directory);
  }
}

/** Name, type, and the numbers of a device. */
function wordsOf(node: Sorted['specials'][number], directory: string): string[] {
  const name = encodeName(directory + node.path).toString();
  return node.kind === 'fifo'
    ? [name, 'p', '', '']
    : [name, node.kind[0]!, String(node.major), String(node.minor)];
}

function finishSpecial(node: Sorted['specials'][number], directory: string): void {
  const path = systemPath(directory + node.path);
  chownSync(path, node.meta.uid, node.meta.gid);
  chmodSync(path, node.meta.mode);
  utimesSync(path, LONG_AGO, node.meta.mtime);
}

function finishDirectory(node: DirectoryNode, directory: string): void {
  const path = systemPath(node.path === '/' ? directory : directory + node.path);
  chownSync(path, node.meta.uid, node.meta.gid);
  chmodSync(path, node.meta.mode);
  utimesSync(path, LONG_AGO, node.meta.mtime);
}
