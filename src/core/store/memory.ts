import { type Digest, digestOf, readStream, throwIfCancelled, verified } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import type { Descriptor } from '../oci/index.ts';
import { descriptorOf } from './descriptor.ts';
import type { BlobStore, Bytes, Cancel, Expected } from './port.ts';

const MAX_BLOB_BYTES = 1 << 30;

/** A store that lives as long as the process, for tests and for what is small. A blob has at most 1 GiB. */
export function memoryStore(): BlobStore {
  const blobs = new Map<Digest, Uint8Array>();
  return {
    open: blob => openHeld(blobs, blob),
    has: async digest => blobs.has(digest),
    put: async (content, expected, options) => await putHeld(blobs, { content, expected, ...options }),
    list: () => listHeld(blobs),
    delete: async digest => {
      blobs.delete(digest);
    },
  };
}

async function* openHeld(blobs: ReadonlyMap<Digest, Uint8Array>, blob: Descriptor): Bytes {
  const held = blobs.get(blob.digest);
  if (held === undefined) throw new SampanError('not-found', `no blob ${blob.digest} in memory`);
  if (held.length !== blob.size) {
    throw new SampanError('integrity', `${blob.digest}: ${held.length} bytes, wanted ${blob.size}`);
  }
  yield Uint8Array.from(held);
}

async function putHeld(
  blobs: Map<Digest, Uint8Array>,
  what: Cancel & { readonly content: Bytes; readonly expected: Expected },
): Promise<Descriptor> {
  const { content, expected, signal } = what;
  throwIfCancelled(signal);
  const promised = { what: expected.digest ?? 'blob', digest: expected.digest, size: expected.size };
  const bytes = await readStream(
    verified(stoppable(content, signal), promised),
    promised.what,
    MAX_BLOB_BYTES,
  );
  const digest = expected.digest ?? digestOf(bytes);
  blobs.set(digest, bytes);
  return descriptorOf(expected, { digest, size: bytes.length });
}

async function* stoppable(content: Bytes, signal: AbortSignal | undefined): Bytes {
  for await (const chunk of content) {
    throwIfCancelled(signal);
    yield chunk;
  }
}

async function* listHeld(blobs: ReadonlyMap<Digest, unknown>): AsyncIterable<Digest> {
  yield* [...blobs.keys()].sort();
}
