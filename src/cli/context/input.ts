import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { SampanError } from '../../core/errors/index.ts';

/** What a person types, or a program sends. */
export interface Input {
  readonly isTerminal: boolean;
  /** Waits until a line was typed. Rejects when `signal` is aborted. The input keeps no process alive afterwards. */
  line(signal: AbortSignal): Promise<void>;
  /**
   * Reads one line of at most 1024 bytes that the terminal does not show.
   *
   * @throws SampanError `cancelled` for ^C and ^D, `limit`, `usage` where there is no terminal.
   */
  secret(signal: AbortSignal): Promise<Uint8Array>;
  /** Reads all of it. @throws SampanError `limit` beyond `maxBytes`. */
  all(maxBytes: number): Promise<Uint8Array>;
  /** Sends all of it on, and ends the other side with it, until the returned function is called; it keeps no process alive then. */
  sendTo(target: Writable): () => void;
}

/** The input of a process. */
export function inputOf(stream: NodeJS.ReadStream): Input {
  return {
    isTerminal: stream.isTTY === true,
    line: async signal => {
      try {
        await once(stream, 'data', { signal });
      } finally {
        stream.pause();
      }
    },
    secret: signal => readSecret(stream, signal),
    all: maxBytes => readAll(stream, maxBytes),
    sendTo: target => {
      stream.pipe(target);
      return () => {
        stream.unpipe(target);
        stream.pause();
        stream.unref?.();
      };
    },
  };
}

async function readAll(stream: NodeJS.ReadStream, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    length += bytes.length;
    if (length > maxBytes)
      throw new SampanError('limit', `standard input has more than the ${maxBytes} bytes that are read`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const MAX_SECRET_BYTES = 1024;
const ENDS: ReadonlySet<number> = new Set([10, 13]);
const BREAKS: ReadonlySet<number> = new Set([3, 4]);
const ERASES: ReadonlySet<number> = new Set([8, 127]);

async function readSecret(stream: NodeJS.ReadStream, signal: AbortSignal): Promise<Uint8Array> {
  if (stream.isTTY !== true) throw new SampanError('usage', 'standard input is no terminal');
  const typed: number[] = [];
  stream.setRawMode(true);
  try {
    for (;;) {
      const chunks: unknown[] = await once(stream, 'data', { signal });
      if (hasEnded(typed, Buffer.from(String(chunks[0])))) return Uint8Array.from(typed);
    }
  } finally {
    stream.setRawMode(false);
    stream.pause();
  }
}

/** A terminal in raw mode leaves editing to who reads. */
function hasEnded(typed: number[], chunk: Buffer): boolean {
  for (const byte of chunk) {
    if (ENDS.has(byte)) return true;
    if (BREAKS.has(byte)) throw new SampanError('cancelled', 'no password was given');
    if (ERASES.has(byte)) {
      // A letter may have several bytes.
      while (((typed.pop() ?? 0) & 0xc0) === 0x80);
    } else typed.push(byte);
    if (typed.length > MAX_SECRET_BYTES) {
      throw new SampanError('limit', `a password of more than ${MAX_SECRET_BYTES} bytes`);
    }
  }
  return false;
}
