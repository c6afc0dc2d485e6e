import { parseRepository, Refusal } from '../base/index.ts';
import { replyJson } from '../http/index.ts';
import { blobHandlers } from './blobs.ts';
import type { Handlers } from './call.ts';
import { catalogHandlers, referrersHandlers, tagHandlers } from './lists.ts';
import { manifestHandlers } from './manifests.ts';
import { uploadHandlers, uploadsHandlers } from './uploads.ts';

/** What a path leads to. */
export interface Route {
  /** For figures: of a small set. */
  readonly name: string;
  readonly handlers: Handlers;
}

type Make = (repository: string, rest: string) => Handlers;

/** Names may hold any of these words, so that the end of a path decides. */
const RESOURCES: readonly (readonly [name: string, pattern: RegExp, make: Make])[] = [
  ['uploads', /^\/v2\/(.+)\/blobs\/uploads\/?$/, uploadsHandlers],
  ['upload', /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, uploadHandlers],
  ['tags', /^\/v2\/(.+)\/tags\/list$/, tagHandlers],
  ['manifest', /^\/v2\/(.+)\/manifests\/([^/]+)$/, manifestHandlers],
  ['blob', /^\/v2\/(.+)\/blobs\/([^/]+)$/, blobHandlers],
  ['referrers', /^\/v2\/(.+)\/referrers\/([^/]+)$/, referrersHandlers],
];

/**
 * Finds what a path leads to (distribution spec 1.1, "Endpoints").
 *
 * @throws Refusal `NAME_INVALID`, or 404.
 */
export function routeOf(path: string): Route {
  const decoded = decode(path);
  if (decoded === '/v2/' || decoded === '/v2') return { name: 'base', handlers: BASE };
  if (decoded === '/v2/_catalog') return { name: 'catalog', handlers: catalogHandlers() };
  for (const [name, pattern, make] of RESOURCES) {
    const [, repository, rest = ''] = pattern.exec(decoded) ?? [];
    if (repository !== undefined) return { name, handlers: make(parseRepository(repository), rest) };
  }
  throw new Refusal('UNSUPPORTED', 'no such resource', { status: 404 });
}

/** Distribution spec 1.1, "Determining Support". */
const BASE: Handlers = {
  GET: async (_, { response }) => replyJson(response, {}),
  HEAD: async (_, { response }) => replyJson(response, {}),
};

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal('NAME_INVALID', 'the path is not well-formed');
  }
}
