import type { Digest } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { type Descriptor, isForeignLayer, kindOf, parseIndex, parseManifest } from '../oci/index.ts';
import { readDocument } from './image.ts';
import type { AdoptingStore, BlobSource, BlobStore, Cancel, FileSource } from './port.ts';

/** What a copy did. */
export interface CopyReport {
  /** Blobs and bytes that were carried over. */
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that the target had. */
  readonly present: number;
  /** Layers that live elsewhere, and that the source does not have. */
  readonly foreign: number;
}

const MAX_DEPTH = 6;
const MAX_BLOBS = 20_000;
/** Large blobs share the way and memory; small ones mostly wait for answers and for the disk. */
const LARGE_AT_ONCE = 3;
const SMALL_AT_ONCE = 8;
const LARGE_BYTES = 4 << 20;

/** The descriptors that a document points to, in its order; `subject` points back and is not among them. */
export async function childrenOf(
  source: BlobSource,
  blob: Descriptor,
  options?: Cancel,
): Promise<readonly Descriptor[]> {
  const kind = kindOf(blob.mediaType);
  if (kind === 'index') return parseIndex(await readDocument(source, blob, options), blob.digest).manifests;
  if (kind !== 'manifest') return [];
  const manifest = parseManifest(await readDocument(source, blob, options), blob.digest);
  return [manifest.config, ...manifest.layers];
}

/**
 * Every blob that `root` reaches, each once, what is pointed to before what points to it.
 *
 * @throws SampanError `limit` for a graph that is too deep or too large.
 */
export async function graphOf(
  source: BlobSource,
  root: Descriptor,
  options?: Cancel,
): Promise<readonly Descriptor[]> {
  const found = new Map<Digest, Descriptor>();
  const visit = async (blob: Descriptor, depth: number): Promise<void> => {
    if (found.has(blob.digest)) return;
    if (depth > MAX_DEPTH) throw new SampanError('limit', `${root.digest}: documents nested too deep`);
    if (found.size >= MAX_BLOBS)
      throw new SampanError('limit', `${root.digest}: more than ${MAX_BLOBS} blobs`);
    for (const child of await childrenOf(source, blob, options)) await visit(child, depth + 1);
    found.set(blob.digest, blob);
  };
  await visit(root, 0);
  return [...found.values()];
}

/**
 * Copies an image or index with all that it points to. A document is stored after what it points to, so that
 * a target never has one that is not whole. What the target has is not read. Foreign layers that the source
 * does not have are left out.
 *
 * @throws SampanError saying which blob and which side failed.
 */
export async function copy(
  from: BlobSource,
  to: BlobStore,
  root: Descriptor,
  options: Cancel = {},
): Promise<CopyReport> {
  const report = { blobs: 0, bytes: 0, present: 0, foreign: 0 };
  const graph = await graphOf(from, root, options);
  const carry = async (blob: Descriptor): Promise<void> => {
    if (await to.has(blob.digest)) report.present += 1;
    else if (isForeignLayer(blob) && !(await from.has(blob.digest))) report.foreign += 1;
    else {
      await copyBlob(from, to, { blob, ...options });
      report.blobs += 1;
      report.bytes += blob.size;
    }
  };
  const plain = graph.filter(blob => kindOf(blob.mediaType) === 'other');
  const [large, small] = [plain.filter(isLarge), plain.filter(blob => !isLarge(blob))];
  await eachAtOnce(large, LARGE_AT_ONCE, carry);
  await eachAtOnce(small, SMALL_AT_ONCE, carry);
  for (const blob of graph) if (kindOf(blob.mediaType) !== 'other') await carry(blob);
  return report;
}

function isLarge({ size }: Descriptor): boolean {
  return size >= LARGE_BYTES;
}

async function copyBlob(
  from: BlobSource,
  to: BlobStore,
  what: Cancel & { readonly blob: Descriptor },
): Promise<void> {
  const { blob, ...options } = what;
  try {
    const { mediaType, digest, size } = blob;
    const file = isFileSource(from) && isAdopting(to) ? await from.toFile(blob, options) : undefined;
    if (file !== undefined && isAdopting(to)) await to.adopt(file, blob);
    else await to.put(from.open(blob, options), { mediaType, digest, size }, options);
  } catch (error) {
    throw wrap(`copying ${blob.digest}`, error);
  }
}

function isFileSource(source: BlobSource): source is BlobSource & FileSource {
  return 'toFile' in source;
}

function isAdopting(store: BlobStore): store is BlobStore & AdoptingStore {
  return 'adopt' in store;
}

/** Does `work` for each item, some at once; after a failure nothing new is begun, and all that was has ended. */
export async function eachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const at = next;
      next += 1;
      await work(items[at]!, at).catch(error => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
