import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, type Work } from '../../core/work/index.ts';
import type { FileNode, Tree } from '../tree/index.ts';
import type { WriteOptions } from './files.ts';
import { unpack } from './unpack.ts';
import { markFiles } from './xattrs.ts';

/** Marks an upper file that has its metadata only; its content is that of the lower one (Linux, overlayfs.rst). */
const METADATA_ONLY = 'trusted.overlay.metacopy';

/** A mounted root file system. */
export interface Layered {
  readonly directory: string;
  /** The layer of our own: the same metadata, and quicker to read there. */
  readonly metadata: string;
  /** See `Unpacked`. */
  readonly withoutXattrs: readonly string[];
}

/**
 * Mounts the unpacked layers of an engine (the lowest first) as they are, under a layer of our own in memory
 * that has every file's metadata and no content: its access times tell what a run reads, nothing is copied,
 * and the engine's files are not touched. What the run writes stays in memory too.
 *
 * Undefined where the kernel, a program or a right is missing for that; then nothing is left mounted.
 */
export async function mountLayered(
  tree: Tree,
  lower: readonly string[],
  place: { readonly work: Work; readonly name: string } & WriteOptions,
): Promise<Layered | undefined> {
  const base = join(place.work.path, place.name);
  const [memory, root, links] = [join(base, 'memory'), join(base, 'root'), join(base, 'l')];
  for (const directory of [base, memory, root, links]) mkdirSync(directory);
  if (!(await mountMemory(memory))) return undefined;
  const upper = join(memory, 'upper');
  let isMarked = false;
  const withFiles = async (): Promise<void> => {
    isMarked = await markFiles(withContent(tree), METADATA_ONLY, upper);
  };
  const { withoutXattrs } = await unpack(tree, upper, { ...place, hollow: true, withFiles });
  if (!isMarked) return undefined;
  mkdirSync(join(memory, 'work'));
  // Short names, because the options of a mount must fit into one page.
  for (const [i, directory] of lower.entries()) symlinkSync(directory, join(links, String(i)));
  const directories = lower.map((_, i) => `${place.name}/l/${i}`).reverse();
  const options = `metacopy=on,lowerdir=${directories.join(':')},upperdir=${place.name}/memory/upper,workdir=${place.name}/memory/work`;
  const mounted = await runProgram('mount', ['-t', 'overlay', '-o', options, 'overlay', root], {
    cwd: place.work.path,
  });
  rmSync(links, { recursive: true });
  return mounted.code === 0 ? { directory: root, metadata: upper, withoutXattrs } : undefined;
}

/** Mounts a file system in memory; false when that is not allowed. */
export async function mountMemory(directory: string): Promise<boolean> {
  const { code } = await runProgram('mount', [
    '-t',
    'tmpfs',
    '-o',
    'mode=0755,size=80%',
    'sampan',
    directory,
  ]);
  return code === 0;
}

function withContent(tree: Tree): FileNode[] {
  const files: FileNode[] = [];
  for (const node of tree.nodes()) if (node.kind === 'file' && node.content.size > 0) files.push(node);
  return files;
}
