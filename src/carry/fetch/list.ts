import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { readBody, shownUrl } from '../http/index.ts';
import { type ChunkList, MAX_LIST_BYTES, parseChunkList } from './chunks.ts';
import { type FetchJob, type FetchMeans, refusal } from './job.ts';

/**
 * The list of the chunks of a file, if the server has one. What is no list counts as none: many servers answer
 * every request with a page.
 *
 * @throws SampanError `integrity` for a list of another file than the digest says, or what sending throws.
 */
export async function fetchList(job: FetchJob, means: FetchMeans): Promise<ChunkList | undefined> {
  if (job.list === false) return undefined;
  const url = job.list ?? besideUrl(job.url);
  // A list that was named must be there; one that is only looked for need not.
  const isNamed = job.list !== undefined;
  const headers = url.origin === job.url.origin ? job.headers : undefined;
  const response = await means.send({
    method: 'GET',
    url,
    signal: means.signal,
    ...(headers === undefined ? {} : { headers }),
  });
  if (response.status !== 200) {
    if (isNamed || response.status >= 500 || response.status === 429) throw refusal(response);
    response.close();
    return undefined;
  }
  return checked(await readList(await readBody(response, MAX_LIST_BYTES), { url, isNamed }), job);
}

/** The URL with `.chunks` at the end of its path. */
function besideUrl(url: URL): URL {
  const beside = new URL(url);
  beside.pathname += '.chunks';
  return beside;
}

function readList(
  bytes: Buffer,
  { url, isNamed }: { readonly url: URL; readonly isNamed: boolean },
): ChunkList | undefined {
  try {
    return parseChunkList(bytes.toString('utf8'), shownUrl(url));
  } catch (error) {
    if (isNamed || !isSampanError(error, 'invalid')) throw error;
    return undefined;
  }
}

function checked(list: ChunkList | undefined, { digest, url }: FetchJob): ChunkList | undefined {
  if (list === undefined || digest === undefined || list.digest === digest) return list;
  throw new SampanError(
    'integrity',
    `${shownUrl(url)}: its list of chunks is for ${list.digest}, wanted ${digest}`,
    { remedy: 'the server has another file than the one that is wanted, or an old list beside it' },
  );
}
