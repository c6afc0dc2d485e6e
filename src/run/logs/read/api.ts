import { type CallOptions, containerLogs, type Docker, type LogSpan } from '../../../core/docker/index.ts';
import { lineCutter, type RawLine } from './lines.ts';

/** A line as an engine gives it. */
export interface EngineLine {
  /** RFC 3339 in UTC with nine digits behind the point: such texts are ordered as their times are. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly cutBytes: number;
}

/** What is kept of a line. */
const MAX_LINE_BYTES = 2 << 20;
/** `2026-01-02T03:04:05.123456789Z` */
const STAMP_BYTES = 30;
/** An engine cuts lines into records of this size, each with the time of the line. */
const RECORD_BYTES = 16_384;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d)$/;

/** The lines of a container, from the engine. Of a line of more than 2 MiB the rest is left out. */
export async function* engineLines(
  docker: Docker,
  id: string,
  options: CallOptions & Omit<LogSpan, 'timestamps'>,
): AsyncGenerator<EngineLine> {
  const cutters = { stdout: lineCutter(MAX_LINE_BYTES), stderr: lineCutter(MAX_LINE_BYTES) };
  let ready: EngineLine[] = [];
  for await (const { stream, bytes } of containerLogs(docker, id, { ...options, timestamps: true })) {
    cutters[stream].push(bytes, line => ready.push(lineOf(line, stream)));
    if (ready.length === 0) continue;
    const lines = ready;
    ready = [];
    yield* lines;
  }
  for (const stream of ['stdout', 'stderr'] as const)
    cutters[stream].end(line => ready.push(lineOf(line, stream)));
  yield* ready;
}

function lineOf({ bytes, cutBytes }: RawLine, stream: EngineLine['stream']): EngineLine {
  const stamp = bytes.toString('latin1', 0, STAMP_BYTES);
  if (!STAMP.test(stamp)) return { time: '', stream, text: bytes.toString('utf8'), cutBytes };
  const mark = Buffer.from(`${stamp} `, 'latin1');
  const parts: Buffer[] = [];
  let from = mark.length;
  for (let next = from + RECORD_BYTES; next < bytes.length; next = from + RECORD_BYTES) {
    if (!bytes.subarray(next, next + mark.length).equals(mark)) break;
    parts.push(bytes.subarray(from, next));
    from = next + mark.length;
  }
  parts.push(bytes.subarray(from));
  const text = Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
  return { time: stamp, stream, text, cutBytes };
}

/** The moment after a time of {@link EngineLine}, as engines read it. */
export function justAfter(time: string): string {
  const ns = BigInt(Date.parse(time.slice(0, 19).concat('Z'))) * 1_000_000n + BigInt(time.slice(20, 29)) + 1n;
  return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
}

/** Lines of several sources in the order of their times; each source is in order by itself. */
export async function* inOrder<T extends { readonly time: string }>(
  sources: readonly AsyncGenerator<T>[],
): AsyncGenerator<T> {
  try {
    const heads = await Promise.all(sources.map(async source => ({ source, next: await source.next() })));
    let open = heads.filter(({ next }) => next.done !== true);
    while (open.length > 0) {
      let best = open[0];
      for (const head of open) if (best === undefined || timeOf(head) < timeOf(best)) best = head;
      if (best === undefined || best.next.done === true) return;
      yield best.next.value;
      best.next = await best.source.next();
      if (best.next.done === true) open = open.filter(head => head !== best);
    }
  } finally {
    await Promise.all(sources.map(source => source.return(undefined)));
  }
}

function timeOf<T extends { readonly time: string }>({ next }: { readonly next: IteratorResult<T> }): string {
  return next.done === true ? '' : next.value.time;
}
