import { dirname } from 'node:path';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { formatSize } from '../../core/text/index.ts';
import { growingPause, isPassing, readBody, shownUrl } from '../http/index.ts';
import { freeBytesOf } from '../inventory/index.ts';
import type { ChunkList } from './chunks.ts';
import { type Connection, connect, type RemoteFile } from './connection.ts';
import { type FetchJob, type FetchMeans, refusal } from './job.ts';
import { type PartFile, rangeOf } from './part.ts';
import { type RateLimit, rateLimit, UNLIMITED } from './rate.ts';
import { clockTime, openingAt } from './window.ts';

/** A file on its way. */
export interface Transfer {
  readonly job: FetchJob;
  readonly means: FetchMeans;
  readonly part: PartFile;
  readonly list: ChunkList | undefined;
  /** What the server said of the file. */
  remote: RemoteFile;
  /** Puts on the disk what has arrived, and remembers it. */
  save(): Promise<void>;
}

const SAVE_BYTES = 16 << 20;
const SAVE_MS = 30_000;
const MAX_FAILURES = 10;
const MAX_WRONG = 3;
/** What must arrive so that a failure does not count as one more in a row. */
const PROGRESS_BYTES = 16 << 10;

/**
 * Fetches until the part is whole, as often as the connection must be made again.
 *
 * @throws SampanError the last failure when too many follow each other, `integrity` for a chunk that stays wrong.
 */
export async function transfer(state: Transfer): Promise<void> {
  const { job, means, part } = state;
  const limit = job.bytesPerSecond === undefined ? UNLIMITED : rateLimit(job.bytesPerSecond, means.waiting);
  const wrong = new Map<number, number>();
  let failures = 0;
  while (!isWhole(state)) {
    await untilOpen(state);
    const before = part.size;
    try {
      const outcome = await oneConnection(state, limit);
      if (outcome.kind === 'wrong') countWrong(state, wrong, outcome.chunk);
    } catch (error) {
      if (!isPassing(error) || means.signal?.aborted === true) throw error;
      failures = part.size - before >= PROGRESS_BYTES ? 1 : failures + 1;
      if (failures >= (job.maxFailures ?? MAX_FAILURES)) throw kept(error);
      await means.waiting.sleep(growingPause(failures, means.waiting), means.signal);
    }
  }
}

function isWhole({ part, remote, list }: Transfer): boolean {
  const size = list?.size ?? remote.size;
  return size !== undefined && part.size >= size;
}

function kept(error: unknown): unknown {
  if (!isSampanError(error)) return error;
  return new SampanError(error.code, error.message, {
    cause: error,
    remedy: 'run it again later: it goes on where it stopped',
  });
}

/** Until the window opens, if there is one. */
async function untilOpen({ job, means, save }: Transfer): Promise<void> {
  if (job.window === undefined) return;
  let isTold = false;
  for (;;) {
    const { isOpen, opens } = openingAt(job.window, means.waiting.now());
    if (isOpen || means.signal?.aborted === true) return;
    if (!isTold) {
      await save();
      means.say?.(`it is ${clockTime(means.waiting.now())}; going on at ${clockTime(opens)}`);
      isTold = true;
    }
    // Not all at once: clocks are set, and machines sleep.
    await means.waiting.sleep(Math.min(opens - means.waiting.now(), 60_000), means.signal);
  }
}

/** Before anything is written in vain. @throws SampanError `no-space`. */
export async function checkRoom({ job, part, list, remote }: Transfer): Promise<void> {
  const size = list?.size ?? remote.size;
  const directory = dirname(job.path);
  const free = await freeBytesOf(directory);
  if (size === undefined || free === undefined || size - part.size <= free) return;
  throw new SampanError(
    'no-space',
    `${shownUrl(job.url)} has ${formatSize(size)}; ${formatSize(part.size)} are here and ${formatSize(free)} are free in ${directory}`,
    { remedy: 'free some disk space, or name another place: -o FILE' },
  );
}

type Outcome = { readonly kind: 'ended' } | { readonly kind: 'wrong'; readonly chunk: number };

async function oneConnection(state: Transfer, limit: RateLimit): Promise<Outcome> {
  const { job, means, part, list } = state;
  // A list knows better than a tag whether it is the same file.
  const known = list === undefined ? state.remote : {};
  const at = { from: part.size, known, mustSize: list?.size };
  const connection = await connect(job, means, at);
  if (connection === 'changed') {
    means.say?.('the file has changed at the server: beginning anew');
    state.remote = {};
    await part.restart();
    await state.save();
    return { kind: 'ended' };
  }
  const isNew = state.remote.size === undefined;
  state.remote = connection.remote;
  if (isNew) {
    await checkRoom(state);
    await state.save();
  }
  try {
    return await receive(state, connection, limit);
  } finally {
    connection.response.close();
  }
}

async function receive(state: Transfer, connection: Connection, limit: RateLimit): Promise<Outcome> {
  const { job, means, part, list } = state;
  const size = list?.size ?? state.remote.size;
  const closes = job.window === undefined ? undefined : openingAt(job.window, means.waiting.now()).closes;
  const saved = { bytes: part.size, ms: means.waiting.now() };
  let { skip } = connection;
  for await (const chunk of connection.response.body) {
    await limit.take(chunk.length, means.signal);
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (size !== undefined && part.size + rest.length > size) throw tooMuch(state, size);
    const wrong = await part.append(rest);
    means.progress?.(part.size, size);
    if (wrong !== undefined) return { kind: 'wrong', chunk: wrong };
    const now = means.waiting.now();
    if (part.size - saved.bytes >= SAVE_BYTES || now - saved.ms >= SAVE_MS) {
      await state.save();
      [saved.bytes, saved.ms] = [part.size, now];
    }
    if (closes !== undefined && now >= closes) return { kind: 'ended' };
  }
  // Without a length, the end of the connection is the end of the file.
  if (size === undefined) state.remote = { ...state.remote, size: part.size };
  else if (part.size < size) throw endedEarly(state, size);
  return { kind: 'ended' };
}

function tooMuch({ job }: Transfer, size: number): SampanError {
  return new SampanError('integrity', `${shownUrl(job.url)}: the server sends more than the ${size} bytes`);
}

function endedEarly({ job, part }: Transfer, size: number): SampanError {
  return new SampanError('unavailable', `${shownUrl(job.url)}: ended after ${part.size} of ${size} bytes`);
}

function countWrong({ job, means }: Transfer, wrong: Map<number, number>, chunk: number): void {
  const times = (wrong.get(chunk) ?? 0) + 1;
  wrong.set(chunk, times);
  if (times >= MAX_WRONG) throw staysWrong(job, chunk);
  means.say?.(`chunk ${chunk + 1} arrived damaged: fetching it again`);
}

function staysWrong({ url }: FetchJob, chunk: number): SampanError {
  return new SampanError(
    'integrity',
    `${shownUrl(url)}: chunk ${chunk + 1} is not what the list of chunks says, ${MAX_WRONG} times`,
    { remedy: 'the file at the server is damaged, or its list is of another one' },
  );
}

/** Fetches chunks again that were damaged on this disk, and only them. */
export async function mend(state: Transfer, chunks: readonly number[]): Promise<void> {
  const { job, means, part, list } = state;
  if (list === undefined) return;
  for (const chunk of chunks) {
    means.say?.(`chunk ${chunk + 1} is damaged: fetching it again`);
    const { from, to } = rangeOf(list, chunk);
    const headers = { ...job.headers, range: `bytes=${from}-${to - 1}` };
    const response = await means.send({ method: 'GET', url: job.url, headers, signal: means.signal });
    if (response.status !== 206) throw noRange(response.status === 200, refusal(response));
    const bytes = await readBody(response, to - from);
    if (!(await part.replace(chunk, bytes))) throw staysWrong(job, chunk);
  }
}

function noRange(isWhole: boolean, error: SampanError): SampanError {
  if (!isWhole) return error;
  return new SampanError(
    'integrity',
    'the file is damaged on this disk, and the server sends whole files only',
    {
      remedy: 'remove it and its .part, and fetch it again',
    },
  );
}
