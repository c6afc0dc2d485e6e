import { SampanError, truncated } from '../errors/index.ts';
import type { ByteStream } from './stream.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAGIC_BYTES = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const RLE_BLOCK = 1;

/** What comes next in the stream, and how many bytes of it are wanted before it can be read. */
interface Step {
  readonly kind: 'magic' | 'skip-size' | 'descriptor' | 'block';
  readonly bytes: number;
}

/**
 * The same bytes less the skippable frames, cut so that no chunk has bytes of two frames. Node inflates a
 * frame and forgets what follows it in the same chunk; images are often stored as many frames (RFC 8878,
 * section 3.1).
 *
 * @throws SampanError `invalid` for what is not a sequence of whole frames.
 */
export async function* zstdFrames(stream: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
  const cutter = new FrameCutter();
  for await (const chunk of stream) yield* cutter.cut(chunk);
  cutter.end();
}

class FrameCutter {
  #step: Step = { kind: 'magic', bytes: 4 };
  #field: number[] = [];
  /** Bytes that pass, or are left out, before the next step. */
  #passing = 0;
  #dropping = 0;
  #hasChecksum = false;

  *cut(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let start = 0;
    for (let at = 0; at < chunk.length; ) {
      const run = Math.min(this.#dropping || this.#passing, chunk.length - at);
      if (run > 0) {
        at += run;
        if (this.#dropping > 0) {
          this.#dropping -= run;
          start = at;
        } else this.#passing -= run;
      } else {
        const isHeld = this.#isHeld();
        this.#field.push(chunk[at]!);
        at += 1;
        if (isHeld) start = at;
        if (this.#field.length === this.#step.bytes && this.#take()) yield MAGIC_BYTES;
      }
      if (this.#atFrameEnd() && start < at) {
        yield chunk.subarray(start, at);
        start = at;
      }
    }
    if (start < chunk.length) yield chunk.subarray(start);
  }

  end(): void {
    if (!this.#atFrameEnd()) {
      throw truncated('inflating zstd: broken or truncated data (unexpected end of file)');
    }
  }

  #atFrameEnd(): boolean {
    return (
      this.#step.kind === 'magic' && this.#field.length === 0 && this.#passing === 0 && this.#dropping === 0
    );
  }

  /** Bytes that are not passed on before it is known what they begin. */
  #isHeld(): boolean {
    return this.#step.kind === 'magic' || this.#step.kind === 'skip-size';
  }

  /** Reads the field that has just become whole; true when it began a frame with data. */
  #take(): boolean {
    const field = this.#field;
    this.#field = [];
    const { kind } = this.#step;
    if (kind === 'magic') return this.#magic(number(field));
    if (kind === 'descriptor') this.#descriptor(field[0]!);
    else if (kind === 'block') this.#block(number(field));
    else {
      this.#dropping = number(field);
      this.#step = { kind: 'magic', bytes: 4 };
    }
    return false;
  }

  #magic(magic: number): boolean {
    const isData = magic === MAGIC;
    if (!isData && (magic & 0xfffffff0) >>> 0 !== SKIPPABLE_MAGIC) {
      throw new SampanError('invalid', 'inflating zstd: broken data (not the start of a frame)');
    }
    this.#step = isData ? { kind: 'descriptor', bytes: 1 } : { kind: 'skip-size', bytes: 4 };
    return isData;
  }

  #descriptor(descriptor: number): void {
    const single = (descriptor & 0x20) !== 0;
    const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    const dictionary = [0, 1, 2, 4][descriptor & 3]!;
    this.#hasChecksum = (descriptor & 4) !== 0;
    this.#passing = (single ? 0 : 1) + dictionary + contentSize;
    this.#step = { kind: 'block', bytes: 3 };
  }

  #block(header: number): void {
    const isLast = (header & 1) !== 0;
    const isRle = ((header >> 1) & 3) === RLE_BLOCK;
    this.#passing = isRle ? 1 : header >> 3;
    if (!isLast) return;
    this.#passing += this.#hasChecksum ? 4 : 0;
    this.#step = { kind: 'magic', bytes: 4 };
  }
}

/** Little-endian, unsigned. */
function number(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
