import type { ServerResponse } from 'node:http';
import { SampanError } from '../../core/errors/index.ts';
import type { HttpLimits } from './limits.ts';
import { COMMON_HEADERS } from './reply.ts';

/** One server-sent event (HTML, 9.2). */
export interface ServerEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** A stream of server-sent events to one reader. */
export interface EventStream {
  /** Ends when the reader goes, or the agent. */
  readonly signal: AbortSignal;
  /** Sends; a reader that does not read is cut. */
  send(event: ServerEvent): void;
  /** Resolves when the reader has taken what was sent. */
  taken(): Promise<void>;
  end(): void;
}

/** Opens streams, and not too many of them. */
export interface Streams {
  /** @throws SampanError `unavailable` when there are too many. */
  open(response: ServerResponse): EventStream;
  count(): number;
}

/** Streams that all end when the signal says so. */
export function openStreams(signal: AbortSignal, limits: HttpLimits): Streams {
  const open = new Set<EventStream>();
  return {
    count: () => open.size,
    open: response => {
      if (open.size >= limits.maxStreams)
        throw new SampanError('unavailable', `${open.size} streams are open already`, {
          remedy: 'close another page or client of the agent',
        });
      const stream = openStream(response, { signal, limits, ended: () => open.delete(stream) });
      open.add(stream);
      return stream;
    },
  };
}

function openStream(
  response: ServerResponse,
  options: { readonly signal: AbortSignal; readonly limits: HttpLimits; ended(): void },
): EventStream {
  const { limits } = options;
  const gone = new AbortController();
  const end = (): void => {
    if (!response.writableEnded) response.end();
    gone.abort();
  };
  options.signal.addEventListener('abort', end, { once: true });
  const beat = setInterval(() => response.write(': here\n\n'), limits.heartbeatMs);
  response.once('close', () => {
    clearInterval(beat);
    options.signal.removeEventListener('abort', end);
    gone.abort();
    options.ended();
  });
  response.writeHead(200, {
    ...COMMON_HEADERS,
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 2000\n\n');
  return {
    signal: gone.signal,
    end,
    send: event => {
      if (response.writableEnded || response.destroyed) return;
      response.write(eventText(event));
      if (response.writableLength > limits.maxUnreadBytes) response.destroy();
    },
    taken: async () => {
      if (!response.writableNeedDrain || gone.signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      response.once('drain', resolve);
      gone.signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      response.removeListener('drain', resolve);
    },
  };
}

/** JSON has no line breaks, so one `data` line is enough. */
function eventText({ id, event, data }: ServerEvent): string {
  const name = event.replace(/[\r\n]/g, ' ');
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
