import type { ByteStream, Digest } from '../../core/bytes/index.ts';
import type { Descriptor } from '../../core/oci/index.ts';
import type { Cancel } from '../../core/store/index.ts';
import { download } from '../http/index.ts';
import { refusal } from './refusal.ts';
import type { Repository } from './types.ts';

/** Whether the repository has a blob (distribution spec 1.1, "Checking if content exists in the registry"). */
export async function hasBlob(
  repository: Repository,
  digest: Digest,
  options: Cancel = {},
): Promise<boolean> {
  const response = await repository.call({ method: 'HEAD', at: `blobs/${digest}`, ...options });
  response.close();
  if (response.status === 200) return true;
  if (response.status === 404) return false;
  throw await refusal(response, `${repository.name}, blob ${digest}`);
}

/**
 * The bytes of a blob from `from` on; it goes on by itself where the connection breaks. Not verified.
 *
 * @throws SampanError `not-found`, `denied`, `integrity` for another size, `unavailable`, `timeout`.
 */
export async function* blobFrom(
  repository: Repository,
  blob: Descriptor,
  options: Cancel & { readonly from?: number } = {},
): ByteStream {
  const { tools } = repository;
  const what = `${repository.name}, blob ${blob.digest}`;
  const chunks = download(repository.read, {
    url: repository.urlOf(`blobs/${blob.digest}`),
    what,
    size: blob.size,
    waiting: tools.waiting,
    refuse: async response => await refusal(response, what),
    ...options,
  });
  for await (const chunk of chunks) {
    tools.onBytes?.(chunk.length);
    yield chunk;
  }
}
