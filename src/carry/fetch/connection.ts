import { SampanError } from '../../core/errors/index.ts';
import { checkEncoding, contentLength, type HttpResponse, shownUrl } from '../http/index.ts';
import { type FetchJob, type FetchMeans, refusal } from './job.ts';

/** What the server said of the file; what is absent is not known. */
export interface RemoteFile {
  readonly size?: number | undefined;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** An open answer whose body goes on where the part ends. */
export interface Connection {
  readonly response: HttpResponse;
  readonly remote: RemoteFile;
  /** The server began from the start: so many bytes of the body are already there. */
  readonly skip: number;
}

/** `changed`: the file is another one now, and must be fetched from its start. */
export type Connected = Connection | 'changed';

/**
 * Asks for a file from the byte `from` on. A file that changed since `known` was said is found out by its
 * entity tag, its date or its size (RFC 9110, sections 13.1.5 and 14.2).
 *
 * @throws SampanError by the status, `integrity` for a size other than must be.
 */
export async function connect(
  job: FetchJob,
  means: FetchMeans,
  at: { readonly from: number; readonly known: RemoteFile; readonly mustSize: number | undefined },
): Promise<Connected> {
  const { from, known } = at;
  const validator = strong(known.etag) ?? known.lastModified;
  const range = from === 0 ? {} : { range: `bytes=${from}-` };
  const condition = from === 0 || validator === undefined ? {} : { 'if-range': validator };
  const headers = { ...job.headers, ...range, ...condition };
  const response = await means.send({ method: 'GET', url: job.url, headers, signal: means.signal });
  if (response.status === 416) return afterRange(response, at);
  if (response.status !== 200 && response.status !== 206) throw refusal(response);
  checkEncoding(response);
  const { start, size } = rangeOf(response, from);
  const remote = { size, etag: response.headers.etag, lastModified: response.headers['last-modified'] };
  if (isOther(remote, known) && from > 0) {
    response.close();
    return 'changed';
  }
  if (at.mustSize !== undefined && size !== undefined && size !== at.mustSize) {
    response.close();
    throw otherSize(response, size, at.mustSize);
  }
  return { response, remote: { ...known, ...definedOf(remote) }, skip: from - start };
}

function strong(etag: string | undefined): string | undefined {
  return etag?.startsWith('"') ? etag : undefined;
}

/** The part is longer than the file there: that is another one. */
function afterRange(
  response: HttpResponse,
  { from, mustSize }: { readonly from: number; readonly mustSize: number | undefined },
): Connected {
  response.close();
  if (mustSize === undefined) return 'changed';
  throw new SampanError(
    'integrity',
    `${shownUrl(response.url)}: the server has no byte ${from}, the file should have ${mustSize}`,
  );
}

function rangeOf(
  response: HttpResponse,
  from: number,
): { readonly start: number; readonly size: number | undefined } {
  if (response.status === 200) return { start: 0, size: contentLength(response) };
  const [, start = '', whole = ''] =
    /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (start === '' || Number(start) > from) {
    response.close();
    throw new SampanError('invalid', `${shownUrl(response.url)}: asked for byte ${from}, got another range`);
  }
  return { start: Number(start), size: whole === '*' ? undefined : Number(whole) };
}

function isOther(now: RemoteFile, known: RemoteFile): boolean {
  const differs = <T>(one: T | undefined, other: T | undefined): boolean =>
    one !== undefined && other !== undefined && one !== other;
  if (differs(now.size, known.size)) return true;
  // A tag decides; a date only where there is none.
  if (now.etag !== undefined && known.etag !== undefined) return now.etag !== known.etag;
  return differs(now.lastModified, known.lastModified);
}

function definedOf(remote: RemoteFile): RemoteFile {
  return Object.fromEntries(Object.entries(remote).filter(([, value]) => value !== undefined));
}

function otherSize(response: HttpResponse, got: number, wanted: number): SampanError {
  return new SampanError(
    'integrity',
    `${shownUrl(response.url)}: the server has ${got} bytes, the list of chunks says ${wanted}`,
    { remedy: 'the list of chunks is of another file; write it again with sampan chunks FILE' },
  );
}
