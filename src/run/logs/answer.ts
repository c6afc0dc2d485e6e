import { isSampanError } from '../../core/errors/index.ts';
import type { ModuleAnswer, ModuleCall } from '../module/index.ts';
import { type LogFilter, passes, readFilter } from './filter.ts';
import type { LogRecord } from './record.ts';
import type { LogRing } from './ring.ts';

const MAX_LINES = 1000;
const MAX_WAITING = 1000;

/**
 * `lines?service=&level=&grep=&after=ID&limit=`: the last records. `stream` with the same: those, and what comes.
 */
export async function answerLogs(ring: LogRing, call: ModuleCall): Promise<ModuleAnswer | undefined> {
  const { method, path, query, signal } = call;
  if (method !== 'GET' || (path !== 'lines' && path !== 'stream')) return undefined;
  try {
    const isWanted = wantedBy(query);
    const after = Number(query.get('after') ?? 0) || 0;
    const limit = Math.min(MAX_LINES, Math.max(1, Number(query.get('limit') ?? 200) || 200));
    const found = ring.after(after).filter(isWanted).slice(-limit);
    if (path === 'lines') return { status: 200, json: { lines: found } };
    return { status: 200, events: stream(ring, found, { isWanted, signal }) };
  } catch (error) {
    if (isSampanError(error, 'usage')) return { status: 400, json: { error: error.message } };
    throw error;
  }
}

function wantedBy(query: URLSearchParams): (record: LogRecord) => boolean {
  const services = query.getAll('service');
  const containers = query.getAll('container');
  const filter: LogFilter = readFilter(
    { level: query.get('level') ?? undefined, include: query.getAll('grep') },
    '',
  );
  return ({ service, container, level, text }) =>
    (services.length === 0 || services.includes(service)) &&
    (containers.length === 0 || containers.includes(container)) &&
    passes(filter, level, text);
}

async function* stream(
  ring: LogRing,
  found: readonly LogRecord[],
  { isWanted, signal }: { readonly isWanted: (record: LogRecord) => boolean; readonly signal: AbortSignal },
): AsyncGenerator<{ readonly event: string; readonly data: unknown }> {
  let waiting: LogRecord[] = [...found];
  let missed = 0;
  let wake = (): void => {};
  const stop = ring.hear(record => {
    if (!isWanted(record)) return;
    // A reader that is slower than the containers must not hold all that they print.
    if (waiting.length < MAX_WAITING) waiting.push(record);
    else missed++;
    wake();
  });
  const ended = (): void => wake();
  signal.addEventListener('abort', ended);
  try {
    while (!signal.aborted) {
      const lines = waiting;
      waiting = [];
      for (const data of lines) yield { event: 'line', data };
      if (missed > 0) yield { event: 'missed', data: { lines: missed } };
      missed = 0;
      if (waiting.length === 0 && !signal.aborted) await new Promise<void>(resolve => (wake = resolve));
    }
  } finally {
    stop();
    signal.removeEventListener('abort', ended);
  }
}
