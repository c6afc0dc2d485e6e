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

/** One part of a blob on its way. */
export interface Part {
  readonly upload: Upload;
  readonly bytes: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** How long a registry may take to put a large blob in its place. */
const COMMIT_MS = 600_000;

/** Where the upload goes on, as an answer says. @throws SampanError `invalid` where it says nothing. */
export function locationOf(response: HttpResponse, repository: Repository): URL {
  const { location } = response.headers;
  if (location !== undefined && location.length < 8192) return nextUrl(location, response.url);
  throw new SampanError('invalid', `${repository.name}: the registry does not say where the upload goes on`);
}

/** Sends the bytes at the upload's offset (distribution spec 1.1, "Pushing a blob in chunks"). Any status is given. */
export async function sendPart(repository: Repository, part: Part): Promise<HttpResponse> {
  const { upload, bytes, signal } = part;
  return await repository.call({
    method: 'PATCH',
    at: upload.location,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${upload.offset}-${upload.offset + bytes.length - 1}`,
    },
    body: bodyOf(repository, bytes),
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
  const { signal, open, ...size } = what;
  return await repository.call({
    method: 'PATCH',
    at: location,
    headers: { 'content-type': 'application/octet-stream' },
    body: { ...size, open: () => counted(open(), repository.tools.onBytes) },
    actions: 'pull,push',
    signal,
  });
}

async function* counted(stream: ByteStream, onBytes?: (bytes: number) => void): ByteStream {
  for await (const chunk of stream) {
    yield chunk;
    onBytes?.(chunk.length);
  }
}

/** Ends an upload with its last bytes, which may be all or none. Any status is given. */
export async function endUpload(repository: Repository, part: Part, digest: string): Promise<HttpResponse> {
  const { upload, bytes, signal } = part;
  const range = { 'content-range': `${upload.offset}-${upload.offset + bytes.length - 1}` };
  return await repository.call({
    method: 'PUT',
    at: upload.location,
    query: { digest },
    headers: {
      'content-type': 'application/octet-stream',
      ...(upload.offset > 0 && bytes.length > 0 ? range : {}),
    },
    body: bodyOf(repository, bytes),
    actions: 'pull,push',
    idleMs: COMMIT_MS,
    signal,
  });
}

function bodyOf(
  { tools }: Repository,
  bytes: Uint8Array,
): { sizeBytes: number; open(): AsyncGenerator<Uint8Array> } {
  return { sizeBytes: bytes.length, open: () => slices(bytes, tools.onBytes) };
}

const SLICE_BYTES = 1 << 18;

async function* slices(bytes: Uint8Array, onBytes?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const slice = bytes.subarray(at, at + SLICE_BYTES);
    yield slice;
    onBytes?.(slice.length);
  }
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
