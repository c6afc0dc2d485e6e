import type { ByteStream } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { shownUrl } from './address.ts';
import type { HttpHeaders, HttpResponse, Send, Waiting } from './port.ts';
import { checkEncoding, contentLength } from './read.ts';
import { growingPause, isPassing, REAL_WAITING } from './retry.ts';

/** Which bytes are wanted, and how. */
export interface Download {
  readonly url: URL;
  /** What it is, for messages. */
  readonly what: string;
  readonly headers?: HttpHeaders;
  /** The first byte that is wanted; 0 unless told. */
  readonly from?: number;
  /** How large the whole is. What the server says must agree. */
  readonly size?: number;
  readonly waiting?: Waiting | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Makes an error of an answer that is none of 200, 206 and 416. */
  readonly refuse: (response: HttpResponse) => Promise<SampanError>;
}

const MAX_BREAKS = 6;
/** What a connection must bring so that its end does not count as one more failure in a row. */
const PROGRESS_BYTES = 16 * 1024;

/**
 * The bytes of something from `from` on. Where the connection breaks, or the server gets stuck, it goes on with
 * the byte where it was (`Range`; RFC 9110, section 14.2). The caller verifies the whole.
 *
 * @throws SampanError `integrity` for a size other than promised, or content that changed meanwhile; what `refuse`
 *   makes; `unavailable` or `timeout` after six failures in a row.
 */
export async function* download(send: Send, wanted: Download): ByteStream {
  const { waiting = REAL_WAITING, size } = wanted;
  const state: State = { at: wanted.from ?? 0, size, etag: undefined };
  let breaks = 0;
  while (state.size === undefined || state.at < state.size) {
    const before = state.at;
    try {
      yield* oneConnection(send, wanted, state);
      if (state.size === undefined || state.at === state.size) return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      breaks = state.at - before >= PROGRESS_BYTES ? 1 : breaks + 1;
      if (breaks >= MAX_BREAKS || wanted.signal?.aborted === true) throw error;
      await waiting.sleep(growingPause(breaks, waiting), wanted.signal);
    }
  }
}

interface State {
  at: number;
  size: number | undefined;
  etag: string | undefined;
}

async function* oneConnection(send: Send, wanted: Download, state: State): ByteStream {
  const range = state.at === 0 ? {} : { range: `bytes=${state.at}-` };
  const { url, signal } = wanted;
  const response = await send({ method: 'GET', url, headers: { ...wanted.headers, ...range }, signal });
  if (response.status !== 200 && response.status !== 206) throw await refusal(response, wanted, state);
  checkEncoding(response);
  checkUnchanged(response, wanted, state);
  let skip = state.at - startOf(response, wanted, state);
  for await (const chunk of response.body) {
    const rest = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (rest.length === 0) continue;
    state.at += rest.length;
    if (state.size !== undefined && state.at > state.size) throw wrongSize(wanted, state.at, state.size);
    yield rest;
  }
  if (state.size !== undefined && state.at < state.size) {
    throw new SampanError('unavailable', `${wanted.what}: ended after ${state.at} of ${state.size} bytes`);
  }
}

async function refusal(response: HttpResponse, wanted: Download, state: State): Promise<SampanError> {
  if (response.status !== 416) return await wanted.refuse(response);
  response.close();
  return new SampanError('integrity', `${wanted.what}: the server has no byte ${state.at} of it`);
}

/** Where the body begins; what the server says of the whole is held against what was promised. */
function startOf(response: HttpResponse, wanted: Download, state: State): number {
  const announced = contentLength(response);
  if (response.status === 200) {
    checkSize(response, wanted, { announced, state });
    return 0;
  }
  const [, from = '', whole] =
    /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(response.headers['content-range'] ?? '') ?? [];
  if (from === '' || Number(from) > state.at) {
    response.close();
    throw new SampanError('invalid', `${wanted.what}: asked for byte ${state.at}, got another range`);
  }
  checkSize(response, wanted, { announced: whole === '*' ? undefined : Number(whole), state });
  return Number(from);
}

function checkSize(
  response: HttpResponse,
  wanted: Download,
  { announced, state }: { readonly announced: number | undefined; readonly state: State },
): void {
  state.size ??= announced;
  if (announced === undefined || announced === state.size) return;
  response.close();
  throw wrongSize(wanted, announced, state.size ?? 0);
}

function wrongSize({ what, url }: Download, got: number, wanted: number): SampanError {
  return new SampanError('integrity', `${what}: ${shownUrl(url)} has ${got} bytes, wanted ${wanted}`);
}

function checkUnchanged(response: HttpResponse, wanted: Download, state: State): void {
  const { etag } = response.headers;
  const isOther = state.etag !== undefined && etag !== undefined && etag !== state.etag;
  state.etag ??= etag?.startsWith('"') ? etag : undefined;
  if (!isOther) return;
  response.close();
  throw new SampanError('integrity', `${wanted.what}: it changed at the server in the meantime`, {
    remedy: 'begin again',
  });
}
