import { type FileHandle, open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { SampanError } from '../../../core/errors/index.ts';
import type { Buffers } from './buffers.ts';
import { type Pace, type PaceLimits, watchPace } from './pace.ts';
import type { ByteRange } from './range.ts';

/** What sending needs. */
export interface Sending {
  readonly buffers: Buffers;
  readonly pace: PaceLimits;
  /** Told of each piece that went out. */
  sent(bytes: number): void;
}

/** Opens a file that may be removed meanwhile; what is open can still be read. */
export async function openForSending(path: string): Promise<FileHandle> {
  return await open(path, 'r');
}

/**
 * Sends a range of a file as the rest of a response. One piece is read while the one before is on its way. A
 * client that goes away, or is too slow, ends it quietly: its connection is gone.
 */
export async function sendFile(
  response: ServerResponse,
  what: { readonly file: FileHandle; readonly range: ByteRange },
  sending: Sending,
): Promise<void> {
  const pace = watchPace(sending.pace, error => response.destroy(error));
  let underway: Promise<boolean> = Promise.resolve(true);
  try {
    for (let at = what.range.from; at <= what.range.to; ) {
      const buffer = await sending.buffers.take();
      const bytes = await readPiece(what.file, buffer, { at, to: what.range.to }).catch(error => {
        sending.buffers.give(buffer);
        throw error;
      });
      if (!(await underway)) return sending.buffers.give(buffer);
      underway = sendPiece(response, { buffer, bytes }, { ...sending, watch: pace });
      at += bytes;
    }
    if (await underway) response.end();
  } catch (error) {
    await underway;
    response.destroy();
    throw error;
  } finally {
    pace.end();
  }
}

async function readPiece(
  file: FileHandle,
  buffer: Buffer,
  range: { readonly at: number; readonly to: number },
): Promise<number> {
  const wanted = Math.min(buffer.length, range.to - range.at + 1);
  const { bytesRead } = await file.read(buffer, 0, wanted, range.at);
  if (bytesRead === 0) throw new SampanError('integrity', 'a blob is shorter than it was');
  return bytesRead;
}

/** Resolves when the piece has gone out and its buffer may be used again; false when the client is gone. */
function sendPiece(
  response: ServerResponse,
  piece: { readonly buffer: Buffer; readonly bytes: number },
  to: Sending & { readonly watch: Pace },
): Promise<boolean> {
  return new Promise(resolve => {
    let isOver = false;
    const end = (isFine: boolean): void => {
      if (isOver) return;
      isOver = true;
      response.off('close', gone);
      to.buffers.give(piece.buffer);
      if (isFine) to.watch.passed(piece.bytes);
      if (isFine) to.sent(piece.bytes);
      resolve(isFine);
    };
    const gone = (): void => end(false);
    if (response.destroyed || response.closed) return end(false);
    response.once('close', gone);
    response.write(piece.buffer.subarray(0, piece.bytes), error => end(!error));
  });
}
