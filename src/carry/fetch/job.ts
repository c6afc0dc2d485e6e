import type { Digest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { HttpHeaders, HttpResponse, Send, Waiting } from '../http/index.ts';
import { shownUrl } from '../http/index.ts';
import type { DayWindow } from './window.ts';

/** A file to fetch. */
export interface FetchJob {
  readonly url: URL;
  /** Where it goes, absolute. While it is on its way, `.part` and `.part.json` are beside it. */
  readonly path: string;
  /** What the whole must be, if that is known from elsewhere. */
  readonly digest?: Digest | undefined;
  /** Where the list of its chunks is; at the URL with `.chunks` unless told, false for nowhere. */
  readonly list?: URL | false | undefined;
  readonly headers?: HttpHeaders | undefined;
  /** At most so many bytes a second. */
  readonly bytesPerSecond?: number | undefined;
  readonly window?: DayWindow | undefined;
  /** How often in a row it may fail without progress; 10 unless told. */
  readonly maxFailures?: number | undefined;
}

/** What fetching needs from outside. */
export interface FetchMeans {
  readonly send: Send;
  readonly waiting: Waiting;
  readonly signal?: AbortSignal | undefined;
  /** Told what has arrived, often. */
  readonly progress?: (bytes: number, size: number | undefined) => void;
  /** Told what a person should know, rarely: a sentence. */
  readonly say?: (text: string) => void;
}

/** A file that was fetched. */
export interface Fetched {
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** So many bytes were there before. */
  readonly resumedAt: number;
  /** How its bytes were checked: against a digest that was given, a list of chunks, or nothing but the size. */
  readonly checkedBy: 'digest' | 'list' | 'size';
}

/** The error for an answer that is no file. */
export function refusal(response: HttpResponse): SampanError {
  const { status, url } = response;
  response.close();
  const what = `${shownUrl(url)}: status ${status}`;
  if (status === 404 || status === 410) {
    return new SampanError('not-found', `${what}: the server has no such file`);
  }
  if (status === 401 || status === 403) {
    return new SampanError('denied', `${what}: the server wants other credentials`, {
      remedy: 'put a user and a password in the URL, or a header in a file: --header-file FILE',
    });
  }
  if (status === 429 || status >= 500) {
    return new SampanError('unavailable', `${what}: the server cannot serve it now`, {
      remedy: 'try again later; what has arrived is kept',
    });
  }
  return new SampanError('invalid', `${what}, wanted a file`);
}
