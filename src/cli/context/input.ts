import { once } from 'node:events';
import { SampanError } from '../../core/errors/index.ts';

/** What a person types, or a program sends. */
export interface Input {
  readonly isTerminal: boolean;
  /** Waits until a line was typed. Rejects when `signal` is aborted. The input keeps no process alive afterwards. */
  line(signal: AbortSignal): Promise<void>;
  /** Reads all of it. @throws SampanError `limit` beyond `maxBytes`. */
  all(maxBytes: number): Promise<Uint8Array>;
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
    all: maxBytes => readAll(stream, maxBytes),
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
