import { MEDIA } from '../../../core/oci/index.ts';
import { parseBlobDigest, Refusal } from '../base/index.ts';
import { replyJson } from '../http/index.ts';
import { type Referrer, repositoriesIn } from '../storage/index.ts';
import type { Call, Handlers, Registry } from './call.ts';

const MAX_PAGE = 10_000;
/** A response with referrers is itself an index, and no index may be larger than 4 MiB. */
const MAX_REFERRER_BYTES = 3_500_000;

/** `/v2/<name>/tags/list` (distribution spec 1.1, "Listing Tags"). */
export function tagHandlers(repository: string): Handlers {
  const get = async (registry: Registry, call: Call): Promise<void> => {
    const all = await registry.source.tags(repository);
    if (all === undefined) throw new Refusal('NAME_UNKNOWN', `no repository ${repository}`);
    const { items, link } = pageOf(all, call.query, `/v2/${repository}/tags/list`);
    replyJson(call.response, { name: repository, tags: items }, { headers: link });
  };
  return { GET: get, HEAD: get };
}

/** `/v2/_catalog`: every repository, in pages, as the registry API before OCI's has it. */
export function catalogHandlers(): Handlers {
  const get = async (registry: Registry, call: Call): Promise<void> => {
    const all = (await Array.fromAsync(repositoriesIn(registry.storage.root))).sort();
    const { items, link } = pageOf(all, call.query, '/v2/_catalog');
    replyJson(call.response, { repositories: items }, { headers: link });
  };
  return { GET: get, HEAD: get };
}

interface Page {
  readonly items: readonly string[];
  readonly link: Readonly<Record<string, string>>;
}

/** The sorted names after `last`, at most `n`, and where the next are. */
function pageOf(all: readonly string[], query: URLSearchParams, path: string): Page {
  const text = query.get('n');
  if (text !== null && !/^\d{1,9}$/.test(text)) {
    throw new Refusal(
      'PAGINATION_NUMBER_INVALID',
      `not a number of names: ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  const n = Math.min(text === null ? MAX_PAGE : Number(text), MAX_PAGE);
  const last = query.get('last');
  const rest = last === null ? all : all.filter(name => name > last);
  const items = rest.slice(0, n);
  const end = items.at(-1);
  if (end === undefined || items.length === rest.length) return { items, link: {} };
  return { items, link: { link: `<${path}?n=${n}&last=${encodeURIComponent(end)}>; rel="next"` } };
}

/** `/v2/<name>/referrers/<digest>` (distribution spec 1.1, "Listing Referrers"). */
export function referrersHandlers(repository: string, reference: string): Handlers {
  const get = async (registry: Registry, call: Call): Promise<void> => {
    const subject = parseBlobDigest(reference);
    const artifactType = call.query.get('artifactType') ?? '';
    const last = call.query.get('last') ?? '';
    const all = (await registry.source.referrers(repository, subject)).filter(
      each => each.digest > last && (artifactType === '' || each.artifactType === artifactType),
    );
    const manifests = firstOf(all);
    const end = manifests.at(-1);
    const filter = artifactType === '' ? '' : `&artifactType=${encodeURIComponent(artifactType)}`;
    const next = `</v2/${repository}/referrers/${subject}?last=${end?.digest}${filter}>; rel="next"`;
    const headers = {
      'content-type': MEDIA.index,
      ...(artifactType === '' ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...(manifests.length < all.length ? { link: next } : {}),
    };
    replyJson(call.response, { schemaVersion: 2, mediaType: MEDIA.index, manifests }, { headers });
  };
  return { GET: get, HEAD: get };
}

/** As many as fit into one response, but at least one. */
function firstOf(all: readonly Referrer[]): readonly Referrer[] {
  let bytes = 0;
  const end = all.findIndex(each => {
    bytes += JSON.stringify(each).length;
    return bytes > MAX_REFERRER_BYTES;
  });
  return end < 0 ? all : all.slice(0, Math.max(end, 1));
}
