import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock, writeAtomically } from '../bytes/index.ts';
import { SampanError, systemCode, wrap } from '../errors/index.ts';
import {
  type Descriptor,
  type ImageIndex,
  MAX_DOCUMENT_BYTES,
  MEDIA,
  normalName,
  parseIndex,
} from '../oci/index.ts';
import type { Bytes, Cancel } from './port.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const CONTAINERD_NAME = 'io.containerd.image.name';

/** The `oci-layout` file (OCI image spec 1.1, image-layout.md). */
export const LAYOUT_FILE = '{"imageLayoutVersion":"1.0.0"}';

/** An index without anything in it. */
export const EMPTY_INDEX: ImageIndex = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [] };

/** The name of an entry of a layout's index: containerd's whole one, or OCI's reference. */
export function entryName(entry: Descriptor): string | undefined {
  return entry.annotations?.[CONTAINERD_NAME] ?? entry.annotations?.[REF_NAME];
}

/** True when an entry goes by that name: either annotation is it. */
export function isNamed(entry: Descriptor, name: string): boolean {
  return entry.annotations?.[REF_NAME] === name || entry.annotations?.[CONTAINERD_NAME] === name;
}

/** The index with `root` under the name, which nothing else has then. */
export function withEntry(index: ImageIndex, root: Descriptor, name?: string): ImageIndex {
  const { mediaType, digest, size, platform, artifactType } = root;
  const entry: Descriptor = {
    mediaType,
    digest,
    size,
    ...(platform === undefined ? {} : { platform }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(name === undefined ? {} : { annotations: { [REF_NAME]: name } }),
  };
  const isOther = (each: Descriptor): boolean =>
    name === undefined ? each.digest !== digest || entryName(each) !== undefined : !isNamed(each, name);
  return { ...index, manifests: [...index.manifests.filter(isOther), entry] };
}

/**
 * Reads the index of a layout.
 *
 * @throws SampanError `not-found` when the directory is no layout, `invalid`, `limit`.
 */
export async function readLayoutIndex(root: string): Promise<ImageIndex> {
  const path = join(root, 'index.json');
  try {
    const { size } = await stat(path);
    if (size > MAX_DOCUMENT_BYTES) throw new SampanError('limit', `${size} bytes`);
    return parseIndex(await readFile(path), path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw wrap(`reading ${path}`, error);
    throw new SampanError('not-found', `${root} is not an OCI layout: it has no index.json`, {
      cause: error,
      remedy: 'name a directory that skopeo, umoci, buildah or sampan wrote',
    });
  }
}

/**
 * Changes the index of a layout, which is made when it is not there. One change at a time, over all processes;
 * the file is replaced whole.
 */
export async function changeLayoutIndex(
  root: string,
  change: (index: ImageIndex) => ImageIndex | Promise<ImageIndex>,
  options: Cancel = {},
): Promise<void> {
  await withLock(
    join(root, '.lock'),
    async () => {
      const before = await readLayoutIndex(root).catch(error => {
        if (error instanceof SampanError && error.code === 'not-found') return EMPTY_INDEX;
        throw error;
      });
      const layoutFile = join(root, 'oci-layout');
      if ((await stat(layoutFile).catch(() => undefined)) === undefined) {
        await writeAtomically(layoutFile, text(LAYOUT_FILE), options);
      }
      const after = await change(before);
      await writeAtomically(join(root, 'index.json'), text(JSON.stringify(after)), options);
    },
    options,
  );
}

async function* text(content: string): Bytes {
  yield Buffer.from(content);
}

/** True when both are spellings of one name: `nginx` and `docker.io/library/nginx:latest`. */
export function isSameName(one: string | undefined, other: string): boolean {
  if (one === undefined || one === other) return one === other;
  try {
    return normalName(one) === normalName(other);
  } catch {
    return false;
  }
}

/** Which entry of an index is meant, for messages and choice. */
export interface EntryChoice {
  /** What the index belongs to. */
  readonly what: string;
  readonly reference?: string | undefined;
}

/**
 * The entry of an index that goes by a name, a digest or `@N` (counted from 0). Without one, the only one;
 * what is only attached to an image (it has an artifact type) does not count then.
 *
 * @throws SampanError `not-found`, or `usage` when several could be meant; both list the names.
 */
export function chooseEntry(index: ImageIndex, choice: EntryChoice): Descriptor {
  const { manifests } = index;
  const { reference, what } = choice;
  const names = manifests.map((entry, i) => entryName(entry) ?? `@${i}`);
  if (reference === undefined) {
    const images = manifests.filter(entry => entry.artifactType === undefined);
    const candidates = images.length === 0 ? manifests : images;
    const [first] = candidates;
    if (first === undefined) throw new SampanError('not-found', `${what}: holds no image`);
    if (candidates.every(entry => entry.digest === first.digest)) return first;
    throw new SampanError('usage', `${what}: holds ${manifests.length} images: ${names.join(', ')}`, {
      remedy: `say which one: ${what}:${names[0]}`,
    });
  }
  const found =
    manifests.find(entry => isNamed(entry, reference) || entry.digest === reference) ??
    manifests.find(entry => isSameName(entryName(entry), reference)) ??
    manifests[Number(/^@([0-9]{1,4})$/.exec(reference)?.[1] ?? -1)];
  if (found !== undefined) return found;
  throw new SampanError(
    'not-found',
    `${what}: no image ${reference}; it holds ${names.join(', ') || 'none'}`,
  );
}
