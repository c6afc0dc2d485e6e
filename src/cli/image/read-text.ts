import { closeSync, openSync, readSync } from 'node:fs';
import { SampanError, wrap } from '../../core/errors/index.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * The text of a file of the user's.
 *
 * @throws SampanError `limit` when it is larger than `maxMib` MiB (no more than that is read), `not-found`, `denied`.
 */
export function readText(path: string, maxMib: number): string {
  try {
    return readBounded(path, maxMib).toString('utf8');
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

function readBounded(path: string, maxMib: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
      size += read;
      if (size > maxMib * 2 ** 20) {
        throw new SampanError('limit', `more than ${maxMib} MiB`, {
          remedy: 'is it the file that you mean?',
        });
      }
    }
  } finally {
    closeSync(file);
  }
}
