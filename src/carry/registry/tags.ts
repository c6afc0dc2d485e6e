import { SampanError } from '../../core/errors/index.ts';
import { type HttpResponse, nextUrl, readBody } from '../http/index.ts';
import { refusal } from './refusal.ts';
import type { Repository } from './types.ts';

const PAGE = 1000;
const MAX_PAGES = 1000;
const MAX_TAGS = 200_000;
const MAX_PAGE_BYTES = 16 << 20;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/**
 * All tags of a repository, in the order of the registry (distribution spec 1.1, "Listing Tags"), page by page.
 *
 * @throws SampanError `not-found`, `denied`, `invalid`, `limit`.
 */
export async function listTags(
  repository: Repository,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly string[]> {
  const what = `${repository.name}, list of tags`;
  const tags = new Set<string>();
  let at: URL | undefined = repository.urlOf('tags/list', { n: String(PAGE) });
  for (let page = 0; at !== undefined; page += 1) {
    if (page === MAX_PAGES) throw new SampanError('limit', `${what}: more than ${MAX_PAGES} pages`);
    const response = await repository.call({ method: 'GET', at, ...options });
    if (response.status !== 200) throw await refusal(response, what);
    const found = tagsOf(await readBody(response, MAX_PAGE_BYTES), what);
    const before = tags.size;
    for (const tag of found) tags.add(tag);
    if (tags.size > MAX_TAGS) throw new SampanError('limit', `${what}: more than ${MAX_TAGS} tags`);
    const next = nextPage(response, at, what);
    if (next !== undefined && tags.size === before) {
      throw new SampanError('invalid', `${what}: the next page has nothing new, and there is one more`);
    }
    at = next;
  }
  return [...tags];
}

function tagsOf(bytes: Buffer, what: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new SampanError('invalid', `${what}: not JSON`, { cause: error });
  }
  const tags = typeof value === 'object' && value !== null && 'tags' in value ? value.tags : undefined;
  if (tags === null) return [];
  if (!Array.isArray(tags)) throw new SampanError('invalid', `${what}: has no list of tags`);
  return tags.filter((tag: unknown): tag is string => typeof tag === 'string' && TAG.test(tag));
}

/**
 * Where a list goes on (`Link`, RFC 8288, with `rel="next"`); absent at its end.
 *
 * @throws SampanError `denied` for a page on another host.
 */
export function nextPage(response: HttpResponse, from: URL, what: string): URL | undefined {
  const link = /<([^<>]{1,4096})>\s*;[^,]{0,1000}?\brel="?next"?/i.exec(response.headers.link ?? '')?.[1];
  if (link === undefined) return undefined;
  const url = nextUrl(link, from);
  if (url.origin === from.origin) return url;
  throw new SampanError('denied', `${what}: goes on at another host, ${url.host}`);
}
