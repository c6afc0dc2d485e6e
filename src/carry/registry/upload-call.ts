import type { ByteStream } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { type HttpBody, type HttpResponse, nextUrl } from '../http/index.ts';
import { refusal } from './refusal.ts';
import type { Repository } from './types.ts';

/** An upload that a registry has begun; its URL changes with each answer. */
export interface Upload {
  readonly location: URL;
  /** Bytes that the registry has. */
  readonly offset: number;
}

/** Bytes of a blob on their way. */
export interface Sending {
  readonly upload: Upload;
  readonly body: HttpBody & { readonly sizeBytes: number };
  readonly signal?: AbortSignal | undefined;
}

/** The body of a request that carries nothing. */
export const NOTHING: Sending['body'] = { sizeBytes: 0, open: () => streamOfNothing() };

async function* streamOfNothing(): ByteStream {}

/** How long a registry may take to put a large blob in its place. */
const COMMIT_MS = 600_000;

/** Where the upload goes on, as an answer says. @throws SampanError `invalid` where it says nothing. */
export function locationOf(response: HttpResponse, repository: Repository): URL {
  const { location } = response.headers;
  if (location !== undefined && location.length < 8192) return nextUrl(location, response.url);
  throw new SampanError('invalid', `${repository.name}: the registry does not say where the upload goes on`);
}

/** Sends the bytes at the upload's offset (distribution spec 1.1, "Pushing a blob in chunks"). Any status is given. */
export async function sendPart(repository: Repository, part: Sending): Promise<HttpResponse> {
  const { upload, body, signal } = part;
  return await repository.call({
    method: 'PATCH',
    at: upload.location,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': rangeOf(part),
    },
    body: counted(repository, body),
    actions: 'pull,push',
    signal,
  });
}

/** Sends all of a blob at once, in one stream without a range. Any status is given. */
export async function sendWhole(
  repository: Repository,
  { location }: Upload,
  what: HttpBody & { readonly signal?: AbortSignal | undefined },
): Promise<HttpResponse> {
  const { signal, ...body } = what;
  return await repository.call({
    method: 'PATCH',
    at: location,
    headers: { 'content-type': 'application/octet-stream' },
    body: counted(repository, body),
    actions: 'pull,push',
    signal,
  });
}

function rangeOf({ upload: { offset }, body }: Sending): string {
  return `${offset}-${offset + body.sizeBytes - 1}`;
}

function counted<Body extends HttpBody>({ tools }: Repository, body: Body): Body {
  return { ...body, open: () => telling(body.open(), tools.onBytes) };
}

const SLICE_BYTES = 1 << 18;

/** In slices, so that what is told is near to what went. */
async function* telling(stream: ByteStream, onBytes?: (bytes: number) => void): ByteStream {
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      const slice = chunk.subarray(at, at + SLICE_BYTES);
      yield slice;
      onBytes?.(slice.length);
    }
  }
}

/** Ends an upload with its last bytes, which may be all or none. Any status is given. */
export async function endUpload(
  repository: Repository,
  part: Sending,
  digest: string,
): Promise<HttpResponse> {
  const { upload, body, signal } = part;
  return await repository.call({
    method: 'PUT',
    at: upload.location,
    query: { digest },
    headers: {
      'content-type': 'application/octet-stream',
      ...(upload.offset > 0 && body.sizeBytes > 0 ? { 'content-range': rangeOf(part) } : {}),
    },
    body: counted(repository, body),
    actions: 'pull,push',
    idleMs: COMMIT_MS,
    signal,
  });
}

/**
 * Asks how far an upload is (distribution spec 1.1, "Pushing a blob in chunks").
 *
 * @returns nothing where the registry knows it no more.
 */
export async function askOffset(
  repository: Repository,
  location: URL,
  signal?: AbortSignal,
): Promise<Upload | undefined> {
  const response = await repository.call({ method: 'GET', at: location, actions: 'pull,push', signal });
  if (response.status === 404 || response.status === 400) {
    response.close();
    return undefined;
  }
  if (response.status !== 204 && response.status !== 202)
    throw await refusal(response, `${repository.name}, upload`);
  response.close();
  const next = response.headers.location === undefined ? location : locationOf(response, repository);
  return { location: next, offset: offsetOf(response) ?? 0 };
}

/** `Range: 0-1023` means that 1024 bytes are there; `0-0` is how registries write none. */
export function offsetOf(response: HttpResponse): number | undefined {
  const end = /^(?:bytes=)?0-(\d{1,15})$/.exec(response.headers.range ?? '')?.[1];
  if (end === undefined) return undefined;
  return end === '0' ? 0 : Number(end) + 1;
}
