import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeStale } from '../../../core/bytes/index.ts';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import { ALGORITHMS } from '../base/index.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import { namesIn } from './files.ts';
import { type Manifests, openManifests } from './manifests.ts';
import { uploadsPath } from './paths.ts';
import { type Recent, recentTouches } from './recent.ts';
import { openReferrers, type Referrers } from './referrers.ts';
import { keyedTurns, type Turns } from './turns.ts';
import { openUploads, type Uploads } from './uploads.ts';

/** All that a registry keeps. One process at a time works on a directory. */
export interface Storage {
  readonly root: string;
  readonly blobs: Blobs;
  readonly manifests: Manifests;
  readonly referrers: Referrers;
  readonly uploads: Uploads;
  readonly recent: Recent;
  /** Changes of one repository's manifests and tags, one after the other. */
  readonly turns: Turns;
}

/**
 * Opens the directory of a registry, which need not be there, and removes temporary files of killed processes.
 *
 * @throws SampanError `denied`, `no-space`; `usage` for the store of Sampan or an OCI layout.
 */
export async function openStorage(
  root: string,
  options: { readonly now: () => number; readonly maxUploads: number },
): Promise<Storage> {
  await throwIfStore(root);
  try {
    await mkdir(join(root, 'repositories'), { recursive: true });
    await mkdir(uploadsPath(root), { recursive: true });
    await removeStale(root);
    for (const algorithm of ALGORITHMS) {
      await mkdir(join(root, 'blobs', algorithm), { recursive: true });
      await removeStale(join(root, 'blobs', algorithm));
    }
  } catch (error) {
    throw wrap(`opening the registry ${root}`, error);
  }
  const recent = recentTouches(options.now);
  const blobs = openBlobs(root, { recent, now: options.now });
  return {
    root,
    blobs,
    manifests: openManifests(root, { blobs, recent }),
    referrers: openReferrers(root),
    uploads: openUploads(root, { blobs, recent, ...options }),
    recent,
    turns: keyedTurns(),
  };
}

/** What belongs to Sampan's own store, and to any OCI layout. */
const NOT_OURS = ['tables', 'index.json', 'oci-layout'];

/** Its blobs would lie among those of the registry, and whoever cleans up one removes the other's. */
async function throwIfStore(root: string): Promise<void> {
  const names = await namesIn(root);
  const found = NOT_OURS.find(name => names.includes(name));
  if (found === undefined) return;
  throw new SampanError(
    'usage',
    `${root} is a store of images or an OCI layout (it has ${found}), not the directory of a registry`,
    {
      remedy:
        'give the registry a directory of its own; then push to it: sampan copy SOURCE docker://HOST/NAME',
    },
  );
}
