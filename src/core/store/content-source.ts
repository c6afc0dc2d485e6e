import { type Content, contentStream, type Digest, verified } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import type { Descriptor } from '../oci/index.ts';
import type { BlobSource, Bytes, Cancel, LocalSource } from './port.ts';

/** Blobs that are ranges of files of this machine, or in memory. `what` names the place, for messages. */
export function contentSource(what: string, blobs: ReadonlyMap<Digest, Content>): BlobSource & LocalSource {
  const contentOf = async (blob: Descriptor): Promise<Content | undefined> =>
    sized(what, blobs.get(blob.digest), blob);
  return {
    open: (blob, options) => openContent(what, contentOf, { blob, ...options }),
    has: async digest => blobs.has(digest),
    contentOf,
  };
}

/** The bytes of a blob that can be had as content, verified. `what` names the place, for messages. */
export async function* openContent(
  what: string,
  contentOf: LocalSource['contentOf'],
  options: Cancel & { readonly blob: Descriptor },
): Bytes {
  const { blob } = options;
  const found = await contentOf(blob);
  if (found === undefined) throw new SampanError('not-found', `no blob ${blob.digest} in ${what}`);
  yield* verified(contentStream(found, options), {
    what: `${what}: ${blob.digest}`,
    digest: blob.digest,
    size: blob.size,
  });
}

function sized(what: string, content: Content | undefined, blob: Descriptor): Content | undefined {
  if (content !== undefined && content.size !== blob.size) {
    throw new SampanError(
      'integrity',
      `${what}: ${blob.digest} has ${content.size} bytes, wanted ${blob.size}`,
    );
  }
  return content;
}
