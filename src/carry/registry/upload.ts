import {
  type ByteStream,
  type Content,
  type Digest,
  finishDigest,
  startDigest,
} from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { growingPause, type HttpResponse, isPassing, REAL_WAITING } from '../http/index.ts';
import { hasBlob } from './blobs.ts';
import { type BlobPart, contentParts, partsOf, skipBytes } from './parts.ts';
import { refusal } from './refusal.ts';
import type { Repository } from './types.ts';
import {
  askOffset,
  endUpload,
  locationOf,
  NOTHING,
  offsetOf,
  sendPart,
  sendWhole,
  type Upload,
} from './upload-call.ts';

/** A blob that goes to a registry. */
export interface NewBlob {
  /** For messages. */
  readonly what: string;
  /** The same bytes each time; verified against what is promised here. */
  open(): ByteStream;
  readonly digest?: Digest | undefined;
  readonly size?: number | undefined;
  /** The same bytes where they are at hand and `digest` is given: the registry compares them with it. */
  readonly content?: () => Promise<Content | undefined>;
  /** Repositories of the same registry that may have it. */
  readonly mountFrom?: readonly string[];
  /** An upload that an earlier run began. */
  readonly begun?: URL | undefined;
  /** Is told where the upload can be gone on with later. */
  readonly onLocation?: ((location: URL) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A blob that is in the registry now. */
export interface UploadedBlob {
  readonly digest: Digest;
  readonly size: number;
  /** Whether its bytes went over the network just now. */
  readonly isCarried: boolean;
}

const PART_BYTES = 8 << 20;
const MAX_PART_BYTES = 64 << 20;
const MAX_BREAKS = 6;
const MAX_REWINDS = 4;

/**
 * Brings a blob into a repository, in parts of 8 MiB, so that a break costs at most one (distribution spec 1.1,
 * "Pushing blobs"). A blob that is there, or in a repository to mount from, is not sent. After a break the registry
 * is asked how far it is. Idempotent.
 *
 * @throws SampanError `denied`, `invalid`, `integrity`, or `unavailable` after several breaks in a row.
 */
export async function uploadBlob(repository: Repository, blob: NewBlob): Promise<UploadedBlob> {
  const { digest, size, signal } = blob;
  const cancel = signal === undefined ? {} : { signal };
  if (digest !== undefined && size !== undefined && (await hasBlob(repository, digest, cancel))) {
    return { digest, size, isCarried: false };
  }
  let begun = blob.begun === undefined ? undefined : await askOffset(repository, blob.begun, signal);
  for (let rewind = 0; ; rewind += 1) {
    const upload = begun ?? (await begin(repository, blob));
    if (upload === 'mounted') {
      if (digest === undefined || size === undefined)
        throw new SampanError('internal', 'mounted without a digest');
      return { digest, size, isCarried: false };
    }
    const outcome = await carry(repository, blob, upload);
    if ('digest' in outcome) return { ...outcome, isCarried: true };
    if (outcome.takesNoParts === true) return { ...(await uploadWhole(repository, blob)), isCarried: true };
    if (rewind === MAX_REWINDS) throw outcome.error;
    begun = outcome.from;
  }
}

/** One stream, and then its digest: how every registry takes it. It cannot be gone on with. */
async function uploadWhole(repository: Repository, blob: NewBlob): Promise<Carried> {
  const { signal, what } = blob;
  const started = await begin(repository, { ...blob, mountFrom: [] });
  if (started === 'mounted') throw new SampanError('internal', 'mounted without being asked');
  const hash = startDigest();
  const total = { size: 0 };
  const response = await sendWhole(repository, started, {
    open: () => measured(blob.open(), hash, total),
    ...(blob.size === undefined ? {} : { sizeBytes: blob.size }),
    signal,
  });
  if (response.status !== 202) throw await refusal(response, `${repository.name}, ${what}`);
  response.close();
  const upload = { location: locationOf(response, repository), offset: total.size };
  const digest = finishDigest(hash);
  const ended = await endUpload(repository, { upload, body: NOTHING, signal }, digest);
  if (ended.status !== 201) throw await refusal(ended, `${repository.name}, ${what}`);
  ended.close();
  return { digest, size: total.size };
}

async function begin(repository: Repository, blob: NewBlob): Promise<Started | 'mounted'> {
  const { digest, signal } = blob;
  for (const from of digest === undefined ? [] : (blob.mountFrom ?? [])) {
    const started = await post(repository, { query: { mount: digest ?? '', from }, alsoPull: from, signal });
    if (started.status === 201) return 'mounted';
    // Not there, or not allowed to be read: the registry has begun an upload instead, or refuses the mount.
    if (started.status === 202) return startedBy(started, repository);
    started.close();
  }
  const response = await post(repository, { signal });
  if (response.status === 202) return startedBy(response, repository);
  throw await refusal(response, `${repository.name}, ${blob.what}`);
}

interface Started extends Upload {
  /** The smallest part that the registry takes, besides the last one. */
  readonly minPart?: number;
}

function startedBy(response: HttpResponse, repository: Repository): Started {
  const text = response.headers['oci-chunk-min-length'] ?? '';
  const minPart = /^\d{1,15}$/.test(text) ? { minPart: Number(text) } : {};
  return { location: locationOf(response, repository), offset: 0, ...minPart };
}

async function post(
  repository: Repository,
  how: { query?: Record<string, string>; alsoPull?: string; signal?: AbortSignal | undefined },
): Promise<HttpResponse> {
  const { query, ...rest } = how;
  const at = 'blobs/uploads/';
  const response = await repository.call({
    method: 'POST',
    at,
    actions: 'pull,push',
    isRepeatable: true,
    ...(query === undefined ? {} : { query }),
    ...rest,
  });
  if (response.status === 201 || response.status === 202) response.close();
  return response;
}

/** Why it has to begin anew, or further back. */
interface Rewind {
  readonly error: unknown;
  readonly from: Upload | undefined;
  /** The registry does not take a blob in parts. */
  readonly takesNoParts?: boolean;
}

const NO_PARTS: ReadonlySet<number> = new Set([400, 404, 405, 411, 413, 415, 501]);

type Carried = { readonly digest: Digest; readonly size: number };

async function carry(repository: Repository, blob: NewBlob, started: Started): Promise<Carried | Rewind> {
  const hash = startDigest();
  const total = { size: 0 };
  const partBytes = Math.min(
    MAX_PART_BYTES,
    Math.max(repository.tools.partBytes ?? PART_BYTES, started.minPart ?? 0),
  );
  const known = blob.digest === undefined ? undefined : await blob.content?.();
  const parts =
    known === undefined
      ? partsOf(skipBytes(measured(blob.open(), hash, total), started.offset), partBytes)
      : contentParts(known, started.offset, partBytes);
  if (known !== undefined) total.size = known.size;
  let upload: Upload = started;
  for await (const part of parts) {
    const digest = part.isLast ? (blob.digest ?? finishDigest(hash)) : undefined;
    const outcome = await deliver(repository, { blob, part, upload, digest });
    if (outcome === 'done') return { digest: digest ?? finishDigest(hash), size: total.size };
    if ('error' in outcome) return outcome;
    upload = outcome;
    await blob.onLocation?.(upload.location);
  }
  throw new SampanError('internal', 'a stream without a last part');
}

async function* measured(
  stream: ByteStream,
  hash: ReturnType<typeof startDigest>,
  total: { size: number },
): ByteStream {
  for await (const chunk of stream) {
    hash.update(chunk);
    total.size += chunk.length;
    yield chunk;
  }
}

interface Delivery {
  readonly blob: NewBlob;
  readonly part: BlobPart;
  readonly upload: Upload;
  /** Of the whole blob, with its last part. */
  readonly digest: Digest | undefined;
}

/** Brings one part over, going on after breaks from where the registry says that it is. */
async function deliver(repository: Repository, delivery: Delivery): Promise<Upload | Rewind | 'done'> {
  const { blob, part, digest } = delivery;
  const { signal } = blob;
  const { waiting = REAL_WAITING } = repository.tools;
  const start = delivery.upload.offset;
  const end = start + part.sizeBytes;
  let upload = delivery.upload;
  for (let breaks = 1; ; breaks += 1) {
    const done = upload.offset - start;
    const body = { sizeBytes: part.sizeBytes - done, open: () => part.openFrom(done) };
    let failure: unknown;
    try {
      const response = await (digest === undefined
        ? sendPart(repository, { upload, body, signal })
        : endUpload(repository, { upload, body, signal }, digest));
      if (response.status === 201 && digest !== undefined) return finished(response);
      if (response.status === 202 && digest === undefined) return continued(response, repository, end);
      failure = await refusal(response, `${repository.name}, ${blob.what}`);
      if (digest === undefined && start === 0 && NO_PARTS.has(response.status)) {
        return { error: failure, from: undefined, takesNoParts: true };
      }
      if (response.status < 500 && response.status !== 416 && response.status !== 404) throw failure;
    } catch (error) {
      if (!isPassing(error) || signal?.aborted === true) throw error;
      failure = error;
    }
    if (digest !== undefined && (await hasBlob(repository, digest).catch(() => false))) return 'done';
    if (breaks === MAX_BREAKS) throw failure;
    await waiting.sleep(growingPause(breaks, waiting), signal);
    const now = await askOffset(repository, upload.location, signal).catch(() => upload);
    if (now === undefined || now.offset < start || now.offset > end) return { error: failure, from: now };
    if (now.offset === end && digest === undefined) return now;
    upload = now;
  }
}

function finished(response: HttpResponse): 'done' {
  response.close();
  return 'done';
}

function continued(response: HttpResponse, repository: Repository, end: number): Upload | Rewind {
  response.close();
  const upload = { location: locationOf(response, repository), offset: offsetOf(response) ?? end };
  if (upload.offset === end) return upload;
  const error = new SampanError(
    'invalid',
    `${repository.name}: took ${upload.offset} bytes, was sent ${end}`,
  );
  return { error, from: upload };
}
