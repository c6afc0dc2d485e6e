import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileContent, finishDigest, startDigest, throwIfCancelled } from '../../../core/bytes/index.ts';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import type { Cancel } from '../../../core/store/index.ts';
import { type ByteSpace, contentSpace } from '../bytes/index.ts';
import { type DeltaHeader, decodeStart, isDelta, MAGIC_BYTES, type NewLayer } from '../format/index.ts';

/** A delta whose header was read. Nothing else was, or verified. */
export interface DeltaFile {
  readonly path: string;
  readonly header: DeltaHeader;
  /** In bytes. */
  readonly size: number;
  /** The recipe of a layer that has one. */
  recipe(layer: NewLayer): ByteSpace;
}

/** True for a file that is a delta, of any version; false for everything else, and where nothing can be read. */
export function isDeltaFile(path: string): boolean {
  try {
    return withFile(path, read => isDelta(read(0, MAGIC_BYTES)));
  } catch {
    return false;
  }
}

/**
 * Reads the header of a delta, and that the file is as long as it says.
 *
 * @throws SampanError `invalid` for no delta, or a broken or truncated one; `unsupported` for another version.
 */
export function openDeltaFile(path: string): DeltaFile {
  const { header, start, size } = withFile(path, (read, size) => {
    const { header, size: start } = decodeStart(read);
    return { header, start, size };
  });
  const places = new Map<string, { readonly at: number; readonly size: number }>();
  let at = start;
  for (const { diffId, recipe } of header.new.layers) {
    if (recipe === undefined) continue;
    places.set(diffId, { at, size: recipe.stored });
    at += recipe.stored;
  }
  if (at !== size) {
    const what = at > size ? 'truncated' : 'followed by something else';
    throw new SampanError('invalid', `${path}: the delta is ${what}: ${size} bytes, wanted ${at}`, {
      remedy: 'fetch it again',
    });
  }
  return {
    path,
    header,
    size,
    recipe: ({ diffId }) => {
      const place = places.get(diffId);
      return contentSpace(fileContent(path, place?.size ?? 0, place?.at));
    },
  };
}

function withFile<T>(path: string, use: (read: (at: number, size: number) => Buffer, size: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
  try {
    const { size } = fstatSync(file);
    const read = (at: number, wanted: number): Buffer => {
      // Never more than there is, whatever a number in the file says.
      const bytes = Buffer.alloc(Math.max(0, Math.min(wanted, size - at)));
      const got = bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, at);
      return bytes.subarray(0, got);
    };
    return use(read, size);
  } catch (error) {
    throw wrap(path, error);
  } finally {
    closeSync(file);
  }
}

const CHUNK_BYTES = 1 << 20;

/**
 * Reads all recipes and compares their digests: a delta that was damaged on its way is found before anything
 * is done with it.
 *
 * @throws SampanError `integrity` naming the layer and the bytes of the file.
 */
export async function verifyDeltaFile(delta: DeltaFile, options: Cancel = {}): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (const layer of delta.header.new.layers) {
    if (layer.recipe === undefined) continue;
    using recipe = delta.recipe(layer);
    const hash = startDigest();
    for (let at = 0; at < recipe.size; at += CHUNK_BYTES) {
      throwIfCancelled(options.signal);
      const chunk = buffer.subarray(0, Math.min(CHUNK_BYTES, recipe.size - at));
      recipe.read(at, chunk);
      hash.update(chunk);
      await setImmediate();
    }
    if (finishDigest(hash) === layer.recipe.digest) continue;
    throw new SampanError('integrity', `${delta.path}: the recipe of layer ${layer.diffId} is damaged`, {
      remedy: 'fetch the delta again',
    });
  }
}
