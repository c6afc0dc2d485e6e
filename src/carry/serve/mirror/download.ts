import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SampanError, systemCode } from '../../../core/errors/index.ts';
import { type BlobDigest, Refusal } from '../base/index.ts';
import type { ByteRange } from '../http/index.ts';
import type { ArrivingBlob } from '../pull/index.ts';
import { blobPath, type Storage, type Upload } from '../storage/index.ts';
import { upstreamFault } from './fault.ts';
import type { UpstreamBlob } from './port.ts';

/** Where a download comes from and goes to. */
export interface DownloadPlan {
  readonly storage: Storage;
  readonly repository: string;
  readonly digest: BlobDigest;
  /** Of the upstream. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Opens the blob from a byte on; absent when it is gone. */
  fetch(from: number): Promise<UpstreamBlob | undefined>;
  /** How long to wait after the first failure; twice as long after each further one. */
  readonly pauseMs: number;
  /** Told of each piece that came. */
  fetched(bytes: number): void;
}

const TRIES = 5;
const CHUNK_BYTES = 256 << 10;

/** A download that any number of pulls read while it goes on. It goes on when they leave. */
export interface Download extends ArrivingBlob {
  /** Settles when it is stored, or has failed. */
  readonly ended: Promise<void>;
}

interface Progress {
  readonly size: number;
  readonly upload: Upload;
  state: 'underway' | 'stored' | 'failed';
  error?: unknown;
  readonly waiting: Set<() => void>;
}

/** Begins a download. Absent when the upstream has no such blob. */
export async function beginDownload(plan: DownloadPlan): Promise<Download | undefined> {
  const first = await plan.fetch(0);
  if (first === undefined) return undefined;
  const { storage, repository, digest } = plan;
  const upload = await storage.uploads.begin(repository, digest.startsWith('sha512') ? 'sha512' : 'sha256');
  const progress: Progress = { size: first.size, upload, state: 'underway', waiting: new Set() };
  const ended = run(plan, first, progress);
  return {
    digest,
    size: first.size,
    ended,
    open: (range, signal) => read(plan, progress, { range, signal }),
  };
}

async function run(plan: DownloadPlan, first: UpstreamBlob, progress: Progress): Promise<void> {
  const { uploads } = plan.storage;
  try {
    await fill(plan, first, progress);
    await uploads.finish(progress.upload, plan.digest);
    progress.state = 'stored';
  } catch (error) {
    await uploads.cancel(progress.upload).catch(() => undefined);
    progress.error = upstreamFault(plan.name, error);
    progress.state = 'failed';
  } finally {
    wake(progress);
  }
}

function wake(progress: Progress): void {
  const waiting = [...progress.waiting];
  progress.waiting.clear();
  for (const go of waiting) go();
}

/** Goes on with the byte where it was when the line drops. */
async function fill(plan: DownloadPlan, first: UpstreamBlob, progress: Progress): Promise<void> {
  const { upload, size } = progress;
  let next: UpstreamBlob | undefined = first;
  let failures = 0;
  for (;;) {
    const before = upload.size;
    try {
      if (next === undefined) throw new SampanError('unavailable', `${plan.digest} is gone upstream`);
      await upload.append(counted(plan, next.content, progress), { maxBytes: size });
      if (upload.size === size) return;
      throw new SampanError('unavailable', `${plan.digest}: ended after ${upload.size} of ${size} bytes`);
    } catch (error) {
      failures = upload.size > before ? 1 : failures + 1;
      if (failures >= TRIES || !isWorthAnother(error) || plan.signal.aborted) throw error;
      await sleep(plan.pauseMs * 2 ** failures, undefined, { signal: plan.signal });
    }
    next = await plan.fetch(upload.size).catch(error => ({ size, content: failing(error) }));
  }
}

function isWorthAnother(error: unknown): boolean {
  if (error instanceof Refusal) return false;
  return !(error instanceof SampanError && ['no-space', 'integrity', 'denied'].includes(error.code));
}

// biome-ignore lint/correctness/useYield: it stands in for a stream that fails at once
async function* failing(error: unknown): AsyncGenerator<Uint8Array> {
  throw error;
}

async function* counted(
  plan: DownloadPlan,
  content: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    plan.fetched(chunk.length);
    yield chunk;
    // By now it is written.
    wake(progress);
  }
}

interface Reading {
  readonly range: ByteRange;
  readonly signal: AbortSignal;
}

async function* read(plan: DownloadPlan, progress: Progress, reading: Reading): AsyncGenerator<Uint8Array> {
  const file = await openEither(progress.upload.path, blobPath(plan.storage.root, plan.digest));
  try {
    for (let at = reading.range.from; at <= reading.range.to; ) {
      const end = await readable(progress, at, reading.signal);
      const chunk = await readChunk(file, at, Math.min(end, reading.range.to + 1));
      at += chunk.length;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

async function readChunk(file: FileHandle, at: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - at));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
  if (bytesRead === 0) throw new SampanError('integrity', 'a download is shorter than it was');
  return buffer.subarray(0, bytesRead);
}

/** Up to where one may read. The last byte is given out only when all were found to be right. */
async function readable(progress: Progress, at: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    if (progress.state === 'failed') throw progress.error;
    if (progress.state === 'stored') return progress.size;
    if (signal.aborted) throw new SampanError('cancelled', 'the client went away');
    const end = Math.min(progress.upload.size, progress.size - 1);
    if (end > at) return end;
    const { promise, resolve } = Promise.withResolvers<void>();
    progress.waiting.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    progress.waiting.delete(resolve);
  }
}

/** The file is renamed when it is whole. */
async function openEither(path: string, later: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    return await open(later, 'r');
  }
}
