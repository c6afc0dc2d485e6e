import type { Compression } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { formatReference, parseReference, type Reference, shortReference } from '../../core/oci/index.ts';
import type { Found, ImageTarget, RegistryPlaces } from '../../core/store/index.ts';
import { withAttachments } from './attachments.ts';
import { ownEndpoint, readingEndpoints } from './endpoint.ts';
import { fetchManifest } from './manifests.ts';
import { pushMemory } from './memory.ts';
import { pushImage } from './push.ts';
import { openRepository } from './repository.ts';
import { firstOf, registrySource } from './source.ts';
import { listTags } from './tags.ts';
import type { RegistryTools, Repository } from './types.ts';

/** The registries of the world, by the names of their images. */
export interface Registries extends RegistryPlaces {
  /** @throws SampanError `usage`. */
  target(name: string): ImageTarget;
  /** The repository of a name at the registry itself, for what mirrors do not do. */
  repository(name: string): Promise<Repository>;
  /** All tags, of the first mirror that knows them. @throws SampanError `not-found`, `denied`, `unavailable`. */
  tags(name: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly string[]>;
}

/** How images are pushed. */
export interface PushSettings {
  /** How layers go that are plain; gzip unless told, which everything reads. */
  readonly compression?: Compression;
  /** Where things are remembered that make the next push cheaper. */
  readonly memoryDirectory?: string | undefined;
}

/** Opens registries; nothing is asked before something is named. */
export function openRegistries(tools: RegistryTools, push: PushSettings = {}): Registries {
  const own = ownOnce(tools);
  return {
    find: async (name, context) => await findImage(tools, name, context.signal),
    target: name => targetOf(name, push, own),
    repository: async name => await own(parseReference(name)),
    tags: async (name, options) => {
      const reference = parseReference(name);
      return await firstOf(await readingPlaces(reference, tools), place => listTags(place, options));
    },
  };
}

function ownOnce(tools: RegistryTools): (reference: Reference) => Promise<Repository> {
  return async reference => openRepository(await ownEndpoint(reference.domain, tools), reference, tools);
}

async function readingPlaces(
  reference: Reference,
  tools: RegistryTools,
): Promise<[Repository, ...Repository[]]> {
  const ends = await readingEndpoints(reference.domain, tools);
  const [first, ...others] = ends.map(end => openRepository(end, reference, tools));
  if (first === undefined) throw new SampanError('internal', `${reference.domain}: no endpoint`);
  return [first, ...others];
}

async function findImage(
  tools: RegistryTools,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const parsed = parseReference(name);
  const reference =
    parsed.tag === undefined && parsed.digest === undefined ? { ...parsed, tag: 'latest' } : parsed;
  const wanted = reference.digest ?? reference.tag ?? 'latest';
  const places = await readingPlaces(reference, tools);
  const manifest = await firstOf(places, place => fetchManifest(place, wanted, { signal }));
  const { digest: _, ...tagged } = reference;
  return {
    name: `docker://${formatReference(reference)}`,
    reference: shortReference(reference.tag === undefined ? reference : tagged),
    source: withAttachments(registrySource(places, [manifest]), places),
    root: manifest.descriptor,
  };
}

function targetOf(
  name: string,
  settings: PushSettings,
  own: (reference: Reference) => Promise<Repository>,
): ImageTarget {
  const reference = parseReference(name);
  if (reference.digest !== undefined) {
    throw new SampanError('usage', `docker://${name}: a digest is not chosen, it comes from the bytes`, {
      remedy: 'name a tag, or none',
    });
  }
  const tagged = { ...reference, tag: reference.tag ?? 'latest' };
  const shown = `docker://${formatReference(tagged)}`;
  return {
    name: shown,
    write: async (source, root, options = {}) => {
      const { signal } = options;
      const route = {
        source,
        repository: await own(tagged),
        memory: pushMemory(settings.memoryDirectory),
        compression: settings.compression ?? 'gzip',
        ...(signal === undefined ? {} : { signal }),
      };
      const pushed = await pushImage(route, root, [tagged.tag]);
      return { name: shown, root: pushed.root };
    },
  };
}
