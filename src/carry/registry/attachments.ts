import type { Digest } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { Descriptor } from '../../core/oci/index.ts';
import type { AttachingSource, Cancel, ReferrerSource } from '../../core/store/index.ts';
import { fetchManifest } from './manifests.ts';
import { pushMemory } from './memory.ts';
import { pushImage } from './push.ts';
import { fallbackTag, listReferrers } from './referrers.ts';
import type { RegistrySource } from './source.ts';
import type { Repository } from './types.ts';

/**
 * The source, which then also tells what is attached to its images: by the registry's list, by the fallback tag,
 * and under the tags that cosign gave signatures before. A mirror that knows of nothing does not have the last
 * word; one that is away is passed over where another answers. What is attached goes to the registry itself.
 */
export function withAttachments(
  source: RegistrySource,
  places: readonly Repository[],
): RegistrySource & ReferrerSource & AttachingSource {
  return {
    ...source,
    referrers: async (subject, options = {}) => await attachedTo(places, subject, options),
    attach: async (from, referrer, options = {}) => {
      const memory = pushMemory(undefined);
      const { repository } = source;
      await pushImage({ ...options, source: from, repository, memory, compression: 'none' }, referrer, []);
    },
  };
}

async function attachedTo(
  places: readonly Repository[],
  subject: Digest,
  options: Cancel,
): Promise<readonly Descriptor[]> {
  let failure: unknown;
  let hasAnswered = false;
  for (const place of places) {
    try {
      const found = await attachedAt(place, subject, options);
      if (found.length > 0) return found;
      hasAnswered = true;
    } catch (error) {
      if (isSampanError(error, 'cancelled')) throw error;
      failure = error;
    }
  }
  if (!hasAnswered && failure !== undefined) throw failure;
  return [];
}

async function attachedAt(
  place: Repository,
  subject: Digest,
  options: Cancel,
): Promise<readonly Descriptor[]> {
  const { signal } = options;
  const listed = await listReferrers(place, subject, { signal });
  const old = await fetchManifest(place, `${fallbackTag(subject)}.sig`, { signal }).catch(error => {
    if (isSampanError(error, 'not-found')) return undefined;
    throw error;
  });
  const all = old === undefined ? listed : [...listed, old.descriptor];
  const unique = new Map(all.map(each => [each.digest, each]));
  return [...unique.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}
