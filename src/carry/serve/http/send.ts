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

/** Who takes longer for a piece than this gets small ones from then on, so that slow clients do not hold what quick ones use. */
const SLOW_MS = 500;
const SMALL_BYTES = 32 << 10;

/** The buffers of one response: those of all, and a small one of its own when there are none left, or it is slow. */
interface Lane {
  readonly shared: Buffers;
  own: Buffer | undefined;
  isSlow: boolean;
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
  const lane: Lane = { shared: sending.buffers, own: undefined, isSlow: false };
  let underway: Promise<boolean> = Promise.resolve(true);
  try {
    for (let at = what.range.from; at <= what.range.to; ) {
      const shared = lane.isSlow ? undefined : lane.shared.take();
      // There is one small buffer: it must have gone out before it is filled again.
      if (shared === undefined && !(await underway)) return;
      const buffer = shared ?? ownOf(lane);
      const bytes = await readPiece(what.file, buffer, { at, to: what.range.to }).catch(error => {
        giveBack(lane, buffer);
        throw error;
      });
      if (!(await underway)) return giveBack(lane, buffer);
      underway = sendPiece(response, { buffer, bytes, lane }, { ...sending, watch: pace });
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

function ownOf(lane: Lane): Buffer {
  lane.own ??= Buffer.allocUnsafeSlow(SMALL_BYTES);
  return lane.own;
}

function giveBack(lane: Lane, buffer: Buffer): void {
  if (buffer !== lane.own) lane.shared.give(buffer);
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
  piece: { readonly buffer: Buffer; readonly bytes: number; readonly lane: Lane },
  to: Sending & { readonly watch: Pace },
): Promise<boolean> {
  return new Promise(resolve => {
    let isOver = false;
    const begun = performance.now();
    const end = (isFine: boolean): void => {
      if (isOver) return;
      isOver = true;
      response.off('close', gone);
      giveBack(piece.lane, piece.buffer);
      if (performance.now() - begun > SLOW_MS) piece.lane.isSlow = true;
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
