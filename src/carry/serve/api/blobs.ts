import type { ServerResponse } from 'node:http';
import { type BlobDigest, parseBlobDigest, Refusal } from '../base/index.ts';
import { type ByteRange, openForSending, parseRange, reply, type Sending, sendFile } from '../http/index.ts';
import type { ArrivingBlob, FoundBlob } from '../pull/index.ts';
import { type Call, type Handlers, type Registry, throwUnlessWritable } from './call.ts';

/** `/v2/<name>/blobs/<digest>` (distribution spec 1.1, "Pulling blobs" and "Deleting Blobs"). */
export function blobHandlers(repository: string, reference: string): Handlers {
  const get = async (registry: Registry, call: Call): Promise<void> => {
    const digest = parseBlobDigest(reference);
    const found = await registry.source.blob(repository, digest, {
      sizeOnly: call.request.method === 'HEAD',
    });
    if (found === undefined) throw unknown(repository, digest);
    await sendBlob(found, call, registry.sending);
  };
  return {
    GET: get,
    HEAD: get,
    DELETE: async (registry, { response }) => {
      throwUnlessWritable(registry, repository);
      const digest = parseBlobDigest(reference);
      if (!(await registry.storage.blobs.unlink(repository, digest))) throw unknown(repository, digest);
      reply(response, 202);
    },
  };
}

function unknown(repository: string, digest: BlobDigest): Refusal {
  return new Refusal('BLOB_UNKNOWN', `${repository} has no blob ${digest}`);
}

async function sendBlob(found: FoundBlob, call: Call, sending: Sending): Promise<void> {
  const { request, response } = call;
  const { digest, size } = found.blob;
  const etag = `"${digest}"`;
  response.setHeader('docker-content-digest', digest);
  response.setHeader('etag', etag);
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('content-type', 'application/octet-stream');
  response.setHeader('cache-control', 'max-age=31536000, immutable');
  if (request.headers['if-none-match'] === etag) return reply(response, 304);
  const condition = request.headers['if-range'];
  const asked = condition === undefined || condition === etag ? request.headers.range : undefined;
  const range = parseRange(asked, size);
  if (range === 'unsatisfiable') {
    const headers = { 'content-range': `bytes */${size}` };
    throw new Refusal('SIZE_INVALID', `the range lies outside of ${size} bytes`, { status: 416, headers });
  }
  const whole = { from: 0, to: size - 1 };
  const { from, to } = range ?? whole;
  if (range !== undefined) response.setHeader('content-range', `bytes ${from}-${to}/${size}`);
  response.setHeader('content-length', to - from + 1);
  response.statusCode = range === undefined ? 200 : 206;
  if (request.method === 'HEAD' || size === 0 || found.kind === 'elsewhere') return void response.end();
  if (found.kind === 'arriving') return await relay(found.blob, { from, to }, { response, sending });
  await using file = await openForSending(found.blob.path);
  await sendFile(response, { file, range: { from, to } }, sending);
}

/** Sends what is still arriving, piece by piece. When it does not arrive, the connection is cut. */
async function relay(
  blob: ArrivingBlob,
  range: ByteRange,
  to: { readonly response: ServerResponse; readonly sending: Sending },
): Promise<void> {
  const { response, sending } = to;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for await (const chunk of blob.open(range, gone.signal)) {
    if (response.destroyed) return;
    sending.sent(chunk.length);
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.once('drain', go).once('close', go);
  });
}

/** The name that a stored blob goes by. */
export function blobLocation(repository: string, digest: BlobDigest): string {
  return `/v2/${repository}/blobs/${digest}`;
}
