import type { Hash } from 'node:crypto';
import {
  type ByteStream,
  type Digest,
  type Promised,
  readStream,
  startDigest,
  verified,
} from '../../core/bytes/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { type Descriptor, isIndexType, isManifestType } from '../../core/oci/index.ts';
import type { BlobSource, Cancel, FileSource } from '../../core/store/index.ts';
import { isPassing } from '../http/index.ts';
import { blobFrom, hasBlob } from './blobs.ts';
import { type Journal, type JournalOptions, openJournal } from './journal.ts';
import { fetchManifest, type RemoteManifest } from './manifests.ts';
import type { Repository } from './types.ts';

/** The blobs of a repository, wherever they can be had. */
export interface RegistrySource extends BlobSource, FileSource {
  /** The registry itself, for pushes that need not carry what is there already. */
  readonly repository: Repository;
}

const MAX_KEPT_DOCUMENTS = 64;
const MAX_KEPT_BYTES = 1 << 20;
/** What is smaller is fetched again as fast as it would be read back. */
const JOURNAL_BYTES = 4 << 20;

/**
 * The blobs and manifests of a repository. `places` are its mirrors and the registry itself, which is the last;
 * where one fails, the next goes on with the byte where it was. Blobs that do not arrive whole leave their part in
 * `ingestDirectory`, from where the next run goes on. `known` are documents that were read already.
 */
export function registrySource(
  places: readonly [Repository, ...Repository[]],
  known: readonly RemoteManifest[],
): RegistrySource {
  const documents = new Map<Digest, Buffer>(known.map(each => [each.descriptor.digest, each.bytes]));
  const present = new Map<Digest, Promise<boolean>>();
  const repository = places.at(-1) ?? places[0];
  return {
    repository,
    open: (blob, options) => openRemote(places, documents, { blob, ...options }),
    toFile: async (blob, options) => await toFile(places, { blob, ...options }),
    has: digest => {
      if (documents.has(digest)) return Promise.resolve(true);
      const asked = present.get(digest) ?? hasAnywhere(places, digest);
      present.set(digest, asked);
      asked.catch(() => present.delete(digest));
      return asked;
    },
  };
}

/** True for a source of this kind. */
export function isRegistrySource(source: BlobSource): source is RegistrySource {
  return 'repository' in source;
}

async function hasAnywhere(places: readonly Repository[], digest: Digest): Promise<boolean> {
  return await firstOf(places, async place => {
    if (await hasBlob(place, digest)) return true;
    throw new SampanError('not-found', `${place.name} has no ${digest}`);
  }).catch(error => {
    if (isSampanError(error, 'not-found')) return false;
    throw error;
  });
}

/**
 * What the first place gives that has it; the error of the last one where none does. A mirror that is away, lacks
 * it or does not let one in is passed over.
 */
export async function firstOf<T>(
  places: readonly Repository[],
  ask: (place: Repository) => Promise<T>,
): Promise<T> {
  for (const [i, place] of places.entries()) {
    try {
      return await ask(place);
    } catch (error) {
      if (i === places.length - 1 || !mayPass(error)) throw error;
    }
  }
  throw new SampanError('internal', 'a registry without an endpoint');
}

function mayPass(error: unknown): boolean {
  const isRefused = (['not-found', 'denied', 'invalid', 'limit', 'integrity'] as const).some(code =>
    isSampanError(error, code),
  );
  return isRefused || isPassing(error);
}

type Wanted = Cancel & { readonly blob: Descriptor };

function openRemote(
  places: readonly Repository[],
  documents: Map<Digest, Buffer>,
  wanted: Wanted,
): ByteStream {
  const { blob } = wanted;
  const isDocument = isManifestType(blob.mediaType) || isIndexType(blob.mediaType);
  if (isDocument || documents.has(blob.digest)) return document(places, documents, wanted);
  if (blob.size <= MAX_KEPT_BYTES) return small(places, documents, wanted);
  const hash = startDigest();
  return verified(large(places, wanted, hash), promisedOf(places, wanted), hash);
}

async function* document(
  places: readonly Repository[],
  documents: Map<Digest, Buffer>,
  { blob, signal }: Wanted,
): ByteStream {
  const kept = documents.get(blob.digest);
  if (kept !== undefined) yield await checkedDocument(kept, blob);
  else {
    const { bytes } = await firstOf(places, place => fetchManifest(place, blob.digest, { signal }));
    keep(documents, blob.digest, bytes);
    yield await checkedDocument(bytes, blob);
  }
}

/** A copy: whoever reads may change it. */
async function checkedDocument(bytes: Buffer, blob: Descriptor): Promise<Uint8Array> {
  if (bytes.length === blob.size) return Uint8Array.from(bytes);
  throw new SampanError('integrity', `${blob.digest}: ${bytes.length} bytes, wanted ${blob.size}`);
}

function keep(documents: Map<Digest, Buffer>, digest: Digest, bytes: Buffer): void {
  const [oldest] = documents.keys();
  if (documents.size >= MAX_KEPT_DOCUMENTS && oldest !== undefined) documents.delete(oldest);
  documents.set(digest, bytes);
}

/** Configurations are read several times on the way; small blobs are remembered where they look like one. */
async function* small(
  places: readonly Repository[],
  documents: Map<Digest, Buffer>,
  wanted: Wanted,
): ByteStream {
  const { blob } = wanted;
  const stream = verified(fromAnywhere(places, wanted, { at: 0 }), promisedOf(places, wanted));
  const bytes = await readStream(stream, blob.digest, MAX_KEPT_BYTES);
  if (/json/.test(blob.mediaType)) keep(documents, blob.digest, bytes);
  yield Uint8Array.from(bytes);
}

function promisedOf(places: readonly Repository[], { blob }: Wanted): Promised {
  const what = `${places.at(-1)?.name ?? 'registry'}, blob ${blob.digest}`;
  return { what, digest: blob.digest, size: blob.size };
}

/** `hash` is that of what was read so far. */
async function* large(places: readonly Repository[], wanted: Wanted, hash: Hash): ByteStream {
  const journal = await journalOf(places, wanted, { hash, isAlone: false });
  let end: 'keep' | 'remove' = 'keep';
  try {
    yield* journaled(places, wanted, journal);
    end = 'remove';
  } catch (error) {
    // Wrong bytes are of no use; another time it begins anew.
    if (isSampanError(error, 'integrity')) end = 'remove';
    throw error;
  } finally {
    await journal?.close(end);
  }
}

/** The blob in its journal, which the caller takes over. */
async function toFile(places: readonly Repository[], wanted: Wanted): Promise<string | undefined> {
  const hash = startDigest();
  const journal = await journalOf(places, wanted, { hash, isAlone: true });
  if (journal === undefined) return undefined;
  try {
    const stream = journaled(places, wanted, journal);
    for await (const _ of verified(stream, promisedOf(places, wanted), hash));
  } catch (error) {
    await journal.close(isSampanError(error, 'integrity') ? 'remove' : 'keep');
    throw error;
  }
  return await journal.give();
}

async function journalOf(
  places: readonly Repository[],
  { blob }: Wanted,
  how: JournalOptions,
): Promise<Journal | undefined> {
  const directory = blob.size < JOURNAL_BYTES ? undefined : places[0]?.tools.ingestDirectory;
  return directory === undefined ? undefined : await openJournal(directory, blob.digest, how);
}

async function* journaled(
  places: readonly Repository[],
  wanted: Wanted,
  journal: Journal | undefined,
): ByteStream {
  const state = { at: 0 };
  if (journal !== undefined) {
    for await (const chunk of journal.replay()) {
      state.at += chunk.length;
      yield chunk;
    }
  }
  for await (const chunk of fromAnywhere(places, wanted, state)) {
    await journal?.append(chunk);
    yield chunk;
  }
}

async function* fromAnywhere(
  places: readonly Repository[],
  wanted: Wanted,
  state: { at: number },
): ByteStream {
  const { blob, ...cancel } = wanted;
  for (const [i, place] of places.entries()) {
    try {
      if (state.at >= blob.size && blob.size > 0) return;
      for await (const chunk of blobFrom(place, blob, { ...cancel, from: state.at })) {
        state.at += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (i === places.length - 1 || !mayPass(error)) throw error;
    }
  }
}
