import { isDigest } from '../../../core/bytes/index.ts';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import { MAX_DOCUMENT_BYTES } from '../../../core/oci/index.ts';
import type { Cancel } from '../../../core/store/index.ts';
import { contentLength, type HttpResponse, readBody } from '../../http/index.ts';
import {
  listReferrers,
  listTags,
  manifestDigest,
  openRepository,
  type RegistryTools,
  type Repository,
  refusal,
} from '../../registry/index.ts';
import { algorithmOf, type BlobDigest, digestBytes } from '../base/index.ts';
import type { Upstream, UpstreamBlob } from '../mirror/index.ts';
import type { StoredManifest } from '../storage/index.ts';

/** Docker Hub answers at another host than its images are named after. */
const HUB_HOSTS: ReadonlySet<string> = new Set(['registry-1.docker.io', 'index.docker.io', 'docker.io']);
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const MAX_REPOSITORIES = 1000;

/** A registry at an address, as an upstream. Nothing is asked yet. A path of the address is put before `/v2/`. */
export function registryUpstream(url: URL, tools: RegistryTools): Upstream {
  const isHub = HUB_HOSTS.has(url.host);
  const origin = isHub ? 'https://registry-1.docker.io' : url.origin;
  const base = new URL(`${origin}${url.pathname.replace(/\/+$/, '').replace(/\/v2$/, '')}/v2/`);
  const opened = new Map<string, Repository>();
  const at = (name: string): Repository => {
    const path = isHub && !name.includes('/') ? `library/${name}` : name;
    const known = opened.get(path);
    if (known !== undefined) return known;
    if (opened.size >= MAX_REPOSITORIES) opened.clear();
    const repository = openRepository({ base }, { domain: isHub ? 'docker.io' : base.host, path }, tools);
    opened.set(path, repository);
    return repository;
  };
  return {
    name: base.origin,
    resolve: async (name, tag, options) => await absentWhenUnknown(() => resolve(at(name), tag, options)),
    manifest: async (name, digest, options) =>
      await absentWhenUnknown(() => manifest(at(name), digest, options)),
    stat: async (name, digest, options) => await absentWhenUnknown(() => stat(at(name), digest, options)),
    blob: async (name, digest, options) => await absentWhenUnknown(() => blob(at(name), digest, options)),
    tags: async (name, options) => await absentWhenUnknown(() => listTags(at(name), options)),
    referrers: async (name, subject, options) =>
      isDigest(subject) ? await listReferrers(at(name), subject, options) : [],
  };
}

async function absentWhenUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isSampanError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Registries need not tell the digest without the manifest. */
async function resolve(
  repository: Repository,
  tag: string,
  options: Cancel,
): Promise<BlobDigest | undefined> {
  const response = await repository.call({
    method: 'HEAD',
    at: `manifests/${tag}`,
    headers: { accept: ACCEPT },
    ...options,
  });
  response.close();
  if (response.status === 404) return undefined;
  const told = response.headers['docker-content-digest'];
  if (response.status === 200 && isDigest(told)) return told;
  return await manifestDigest(repository, tag, options);
}

async function manifest(
  repository: Repository,
  digest: BlobDigest,
  options: Cancel,
): Promise<StoredManifest> {
  const what = `${repository.name}, manifest ${digest}`;
  const at = `manifests/${digest}`;
  const response = await repository.call({ method: 'GET', at, headers: { accept: ACCEPT }, ...options });
  if (response.status !== 200) throw await refusal(response, what);
  const bytes = await readBody(response, MAX_DOCUMENT_BYTES);
  const got = digestBytes(algorithmOf(digest), bytes);
  if (got !== digest) throw new SampanError('integrity', `${what}: got ${got}`);
  return { digest, bytes, mediaType: (response.headers['content-type'] ?? '').split(';')[0]!.trim() };
}

async function stat(repository: Repository, digest: BlobDigest, options: Cancel): Promise<number> {
  const what = `${repository.name}, blob ${digest}`;
  const response = await repository.call({ method: 'HEAD', at: `blobs/${digest}`, ...options });
  response.close();
  if (response.status !== 200) throw await refusal(response, what);
  const size = contentLength(response);
  if (size === undefined) throw new SampanError('invalid', `${what}: its size is not told`);
  return size;
}

async function blob(
  repository: Repository,
  digest: BlobDigest,
  options: Cancel & { readonly from: number },
): Promise<UpstreamBlob> {
  const { from, ...cancel } = options;
  const what = `${repository.name}, blob ${digest}`;
  const headers = from === 0 ? {} : { range: `bytes=${from}-` };
  const response = await repository.call({ method: 'GET', at: `blobs/${digest}`, headers, ...cancel });
  if (response.status === 206) return { size: wholeOf(response, from, what), content: response.body };
  if (response.status !== 200) throw await refusal(response, what);
  const size = contentLength(response);
  if (size !== undefined) return { size, content: from === 0 ? response.body : after(response.body, from) };
  response.close();
  throw new SampanError('invalid', `${what}: its size is not told`);
}

function wholeOf(response: HttpResponse, from: number, what: string): number {
  const [, first, whole] =
    /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (Number(first) === from && whole !== undefined) return Number(whole);
  response.close();
  throw new SampanError('invalid', `${what}: asked for byte ${from}, got another range`);
}

async function* after(stream: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let skip = bytes;
  for await (const chunk of stream) {
    const rest = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}
