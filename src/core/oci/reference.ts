import { type Digest, parseDigest } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';

/** The name of an image, with what Docker leaves out of short names filled in. */
export interface Reference {
  /** `docker.io`, `localhost:5000`, … */
  readonly domain: string;
  /** `library/nginx`, … */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const MAX_LENGTH = 255;
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]{1,5})?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DEFAULT_DOMAIN = 'docker.io';

/**
 * Reads `name[:tag][@digest]` as Docker does (distribution spec 1.1, "Pulling manifests"): `nginx` is
 * `docker.io/library/nginx`. A tag is not made up.
 *
 * @throws SampanError `usage`.
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const isTagged = colon > named.lastIndexOf('/');
  const name = isTagged ? named.slice(0, colon) : named;
  const tag = isTagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) throw notAName(text, `${JSON.stringify(tag)} is not a tag`);
  const { domain, path } = splitDomain(name);
  if (name.length > MAX_LENGTH) throw notAName(text.slice(0, 40), `longer than ${MAX_LENGTH}`);
  if (!DOMAIN.test(domain)) throw notAName(text, `${JSON.stringify(domain)} is not a registry`);
  if (!PATH.test(path))
    throw notAName(text, path === path.toLowerCase() ? 'not a path' : 'names are lower case');
  return { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function notAName(text: string, reason: string): SampanError {
  return new SampanError('usage', `not the name of an image: ${JSON.stringify(text)} (${reason})`, {
    remedy: 'name it as name[:tag], for instance nginx:1.27 or registry.example/team/app:2',
  });
}

function splitDomain(name: string): { readonly domain: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const domain = slash > 0 && isDomain ? first : DEFAULT_DOMAIN;
  const path = slash > 0 && isDomain ? name.slice(slash + 1) : name;
  if (domain === 'index.docker.io') return { domain: DEFAULT_DOMAIN, path };
  return { domain, path: domain === DEFAULT_DOMAIN && !path.includes('/') ? `library/${path}` : path };
}

/** The whole name: `docker.io/library/nginx:1.27`. */
export function formatReference(reference: Reference): string {
  return `${reference.domain}/${reference.path}${suffix(reference)}`;
}

/** As Docker shows it: `nginx:1.27`. {@link parseReference} reads it back. */
export function shortReference(reference: Reference): string {
  const { domain, path } = reference;
  if (domain !== DEFAULT_DOMAIN) return formatReference(reference);
  const short = path.startsWith('library/') ? path.slice('library/'.length) : path;
  return `${short}${suffix(reference)}`;
}

function suffix(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  return reference.digest === undefined ? tag : `${tag}@${reference.digest}`;
}

/**
 * One spelling for each name, as Docker shows it, with `latest` where there is neither tag nor digest.
 *
 * @throws SampanError `usage`.
 */
export function normalName(text: string): string {
  const reference = parseReference(text);
  const isBare = reference.tag === undefined && reference.digest === undefined;
  return shortReference(isBare ? { ...reference, tag: 'latest' } : reference);
}

/** Where the registry of a domain answers: Docker's own one has another host than its name says. */
export function registryHost(domain: string): string {
  return domain === DEFAULT_DOMAIN ? `registry-1.${DEFAULT_DOMAIN}` : domain;
}

/** Under which name Docker's programs keep the credentials of a domain. */
export function credentialKey(domain: string): string {
  return domain === DEFAULT_DOMAIN ? `https://index.${DEFAULT_DOMAIN}/v1/` : domain;
}
