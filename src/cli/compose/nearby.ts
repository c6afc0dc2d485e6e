import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openBundle } from '../../carry/bundle/index.ts';
import { isDeltaFile, openDelta } from '../../carry/delta/index.ts';
import { loadBundle, planLoad } from '../../carry/load/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { normalName } from '../../core/oci/index.ts';
import type { StoreContext } from '../../core/store/index.ts';
import { choosePlace } from '../bundles/index.ts';
import type { Context } from '../context/index.ts';
import { admitBundle, type Gate, keepEvidence } from '../trust/index.ts';

/** Files that may hold images, lying next to a Compose file. */
export interface Nearby {
  /**
   * Loads the newest file that has this image into the engine. False when none has it.
   *
   * @throws SampanError `unproven` for a file with an image that the policy refuses.
   */
  load(reference: string): Promise<boolean>;
}

const NAMES = /\.(?:tar|tar\.gz|tgz|tar\.zst|tzst|oci|delta)$/i;
const MAX_FILES = 100;

/** Looks for bundles, archives and deltas in a directory; they are read when an image is missing. */
export function nearbyFiles(
  context: Context,
  directory: string,
  { images, gate }: { readonly images: StoreContext; readonly gate: Gate | undefined },
): Nearby {
  // Two at once would each load what the other loads.
  let last: Promise<unknown> = Promise.resolve();
  const loadFrom = async (path: string, reference: string): Promise<boolean> => {
    const { signal } = context;
    await using bundle = isDeltaFile(path) ? await openDelta(path, images) : await openBundle(path, images);
    const { place, inEngine } = await choosePlace('docker-daemon:', images);
    const { platform, store } = images;
    const plan = await planLoad(bundle, place, { store, inEngine, platform, signal });
    if (!plan.images.some(({ names }) => names.some(name => isSame(name, reference)))) return false;
    await admitBundle({ bundle, plan, gate });
    await loadBundle(bundle, plan, { context: images, inEngine, progress: context.progress });
    await keepEvidence(context, plan);
    return true;
  };
  const tryAll = async (reference: string): Promise<boolean> => {
    for (const path of candidates(directory)) {
      try {
        if (await loadFrom(path, reference)) return true;
      } catch (error) {
        // Any tar may lie there, and a delta whose image this device does not have.
        if (!isSampanError(error) || !['invalid', 'unsupported', 'not-found'].includes(error.code))
          throw error;
        if (!context.quiet) context.stderr.write(`note: ${path} is passed over: ${error.message}\n`);
      }
    }
    return false;
  };
  return {
    load: async reference => {
      const mine = last.then(
        () => tryAll(reference),
        () => tryAll(reference),
      );
      last = mine;
      return await mine;
    },
  };
}

/** The newest first. */
function candidates(directory: string): readonly string[] {
  const found = names(directory)
    .filter(name => NAMES.test(name))
    .slice(0, MAX_FILES)
    .flatMap(name => {
      const path = join(directory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() === true ? [{ path, mtimeMs: stat.mtimeMs }] : [];
    });
  return found.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

function isSame(left: string, right: string): boolean {
  return left === right || normalName(left) === normalName(right);
}
