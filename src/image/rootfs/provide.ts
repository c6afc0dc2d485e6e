import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import type { LocalLayer } from '../../core/store/index.ts';
import { unmountBelow, type Work } from '../../core/work/index.ts';
import type { Tree } from '../tree/index.ts';
import type { WriteOptions } from './files.ts';
import { type Footprint, footprints, keepsAccessTimes } from './footprints.ts';
import { mountLayered, mountMemory } from './layered.ts';
import { attributeWarnings } from './reservations.ts';
import { unpack } from './unpack.ts';

/** A root file system that a container can run on; what it writes goes into it. It ends with its work directory. */
export interface RootFileSystem {
  readonly directory: string;
  /** Over an engine's own unpacked layers, as a copy in memory, or as a copy on disk. */
  readonly how: 'layered' | 'memory' | 'disk';
  /** What it could not be given, one sentence each. */
  readonly warnings: readonly string[];
  /** What was accessed so far. */
  footprints(): readonly Footprint[];
}

/** Where a root file system is made, and from what. */
export interface RootPlace extends WriteOptions {
  readonly work: Work;
  /** A name of its own in the work directory. */
  readonly name: string;
  /** The layers of the tree, where it is one of theirs. */
  readonly layers?: readonly LocalLayer[];
}

/** A copy in memory may take this part of what is free. */
const MEMORY_PART = 0.25;

/**
 * Makes the root file system that `tree` describes, in the way that costs least here.
 *
 * @throws SampanError `unsupported` when no file system at hand keeps access times; `denied` for who is not root;
 *   `no-space`.
 */
export async function provideRoot(tree: Tree, place: RootPlace): Promise<RootFileSystem> {
  checkRoot();
  const lower = (place.layers ?? []).map(layer => layer.directory);
  if (lower.length > 0 && lower.every(directory => directory !== undefined)) {
    const layered = await mountLayered(tree, lower, place);
    if (layered !== undefined) {
      return {
        directory: layered.directory,
        how: 'layered',
        warnings: attributeWarnings(tree, layered.withoutXattrs),
        footprints: () => footprints(tree, layered.metadata),
      };
    }
    await unmountBelow(join(place.work.path, place.name));
  }
  const base = join(place.work.path, `${place.name}-copy`);
  mkdirSync(base);
  const inMemory = sizeOf(tree) < freeMemory() * MEMORY_PART && (await mountMemory(base));
  if (!inMemory && !keepsAccessTimes(base)) {
    throw new SampanError(
      'unsupported',
      `${place.work.path} is on a file system that keeps no access times`,
      {
        remedy: 'point TMPDIR at one that is not mounted noatime',
      },
    );
  }
  const directory = join(base, 'root');
  const { withoutXattrs } = await unpack(tree, directory, place);
  return {
    directory,
    how: inMemory ? 'memory' : 'disk',
    warnings: attributeWarnings(tree, withoutXattrs),
    footprints: () => footprints(tree, directory),
  };
}

/** In a user namespace its root will do. */
function checkRoot(): void {
  if (process.geteuid?.() === 0) return;
  throw new SampanError(
    'denied',
    'only root can run an image: its files must get their owners, with Docker too',
    { remedy: 'run it with sudo; without root there are slim --level safe, inspect, diff, lint and copy' },
  );
}

function sizeOf(tree: Tree): number {
  let size = 0;
  for (const node of tree.nodes()) {
    if (node.kind !== 'file') continue;
    for (const piece of node.content.pieces) if (piece.kind !== 'zeros') size += piece.size;
  }
  return size;
}

/** In bytes; 0 where the kernel does not say. */
function freeMemory(): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
