import { setTimeout as sleep } from 'node:timers/promises';
import { containerLogs, type Docker } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { ownContainer } from './containers.ts';
import { LEVELS, type LineFilter, type LogLine, lineSplitter, passes } from './lines.ts';
import type { EventStream } from './stream.ts';

/** Which lines are asked for. */
export interface LogQuery extends LineFilter {
  readonly tail: number;
  readonly since: string | undefined;
}

const MOST_LINES = 2000;
/** Reading a log for one who looks must not cost the device more than this, in bytes a second. */
const MOST_RATE = 4 << 20;
/** Lines go in packs: one event for each would be most of the work. */
const PACK_MS = 100;

/** Reads `tail`, `since` (seconds since 1970, or RFC 3339), `grep`, `level`. @throws SampanError `usage`. */
export function logQuery(query: URLSearchParams): LogQuery {
  const tail = Number(query.get('tail') ?? 200);
  if (!Number.isInteger(tail) || tail < 0 || tail > MOST_LINES)
    throw new SampanError('usage', `tail must be a number from 0 to ${MOST_LINES}`);
  const given = query.get('level') ?? '';
  const level = LEVELS.find(one => one === given);
  if (given !== '' && level === undefined)
    throw new SampanError('usage', `level must be one of ${LEVELS.join(', ')}`);
  const grep = query.get('grep') ?? '';
  if (grep.length > 500) throw new SampanError('usage', 'grep has at most 500 characters');
  return { tail, level, grep, since: sinceOf(query.get('since')) };
}

function sinceOf(given: string | null): string | undefined {
  if (given === null || given === '') return undefined;
  const seconds = /^\d{1,12}(\.\d{1,9})?$/.test(given) ? Number(given) : Date.parse(given) / 1000;
  if (Number.isFinite(seconds)) return String(seconds);
  throw new SampanError('usage', 'since must be seconds since 1970, or a time like 2026-01-31T12:00:00Z');
}

/** The last lines of a container that pass. @throws SampanError `not-found`. */
export async function readLines(
  docker: Docker,
  name: string,
  query: LogQuery & { readonly signal: AbortSignal },
): Promise<readonly LogLine[]> {
  const { id, tty } = await ownContainer(docker, name);
  const { tail, since, signal } = query;
  const splitter = lineSplitter();
  const found: LogLine[] = [];
  const take = (lines: readonly LogLine[]): void => {
    for (const line of lines) if (passes(line, query) && found.push(line) > MOST_LINES) found.shift();
  };
  const span = { tailLines: tail, since, timestamps: true, tty, signal };
  for await (const chunk of containerLogs(docker, id, span)) take(splitter.add(chunk));
  take(splitter.rest());
  return found;
}

/** Sends the last lines that pass, then those that come, until the container ends or the reader goes. */
export async function followLines(
  stream: EventStream,
  docker: Docker,
  query: LogQuery & { readonly id: string; readonly tty: boolean },
): Promise<void> {
  const { tail, since, tty, id } = query;
  const { signal } = stream;
  const pack = openPack(stream);
  const splitter = lineSplitter();
  const pace = openPace(signal);
  try {
    const span = { follow: true, tailLines: tail, since, timestamps: true, tty, signal };
    for await (const chunk of containerLogs(docker, id, span)) {
      pack.add(splitter.add(chunk).filter(line => passes(line, query)));
      await pace(chunk.bytes.length);
      await stream.taken();
    }
    pack.add(splitter.rest().filter(line => passes(line, query)));
    pack.flush();
    stream.send({ event: 'end', data: { reason: 'the container ended' } });
  } catch (error) {
    if (signal.aborted) return;
    if (!isSampanError(error)) throw error;
    stream.send({ event: 'end', data: { reason: error.message } });
  } finally {
    pack.flush();
    stream.end();
  }
}

function openPack(stream: EventStream): { add(lines: readonly LogLine[]): void; flush(): void } {
  let lines: LogLine[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length > 0) stream.send({ event: 'lines', data: lines });
    lines = [];
  };
  return {
    flush,
    add: more => {
      for (const line of more) lines.push(line);
      if (lines.length >= 200) flush();
      else if (lines.length > 0) timer ??= setTimeout(flush, PACK_MS);
    },
  };
}

/** Waits when more was read in a second than may be. */
function openPace(signal: AbortSignal): (bytes: number) => Promise<void> {
  let startMs = performance.now();
  let read = 0;
  return async bytes => {
    read += bytes;
    if (read < MOST_RATE) return;
    const leftMs = 1000 - (performance.now() - startMs);
    if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => {});
    startMs = performance.now();
    read = 0;
  };
}
