import { type Digest, digestOf, hexOf } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import { broken } from '../bytes/index.ts';
import { type DeltaHeader, formatHeader, parseHeader } from './header.ts';
import { MAX_HEADER_BYTES } from './limits.ts';
import { METHODS, packSmall, unpack } from './pack.ts';

const NAME = 'sampan-delta/';
const VERSION = 1;
const LINE = `${NAME}${VERSION}\n`;
/** After the line: the method, two sizes, and the digest of what follows. */
const FIXED_BYTES = 1 + 4 + 4 + 32;

/** How many bytes of a file are looked at to know what it is. */
export const MAGIC_BYTES = LINE.length;

/** True when a file that begins so is a delta, of any version. */
export function isDelta(firstBytes: Uint8Array): boolean {
  return Buffer.from(firstBytes.subarray(0, NAME.length)).toString('latin1') === NAME;
}

/** The start of a delta file: its name and version, and the header. */
export function encodeStart(header: DeltaHeader): Buffer {
  const packed = packSmall(Buffer.from(formatHeader(header)));
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt8(METHODS.indexOf(packed.method), 0);
  fixed.writeUInt32LE(packed.bytes.length, 1);
  fixed.writeUInt32LE(packed.size, 5);
  const digest = digestOf(Buffer.concat([fixed.subarray(0, 9), packed.bytes]));
  fixed.write(hexOf(digest), 9, 'hex');
  return Buffer.concat([Buffer.from(LINE, 'latin1'), fixed, packed.bytes]);
}

/** A header, and where in the file the recipes begin. */
export interface DeltaStart {
  readonly header: DeltaHeader;
  readonly size: number;
}

/** Reads bytes of a file: as many as there are, up to `size`. */
export type ReadAt = (at: number, size: number) => Buffer;

/**
 * Reads the start of a delta.
 *
 * @throws SampanError `invalid` for what is no delta or is damaged, `unsupported` for a newer version, `limit`.
 */
export function decodeStart(read: ReadAt): DeltaStart {
  const start = read(0, LINE.length + FIXED_BYTES);
  checkVersion(start);
  if (start.length < LINE.length + FIXED_BYTES) throw truncated();
  const fixed = start.subarray(LINE.length);
  const method = METHODS[fixed.readUInt8(0)];
  const stored = fixed.readUInt32LE(1);
  const size = fixed.readUInt32LE(5);
  if (method === undefined || stored > size) throw broken('its header is damaged');
  if (size > MAX_HEADER_BYTES) {
    throw new SampanError(
      'limit',
      `the delta has a header of ${size} bytes, at most ${MAX_HEADER_BYTES} are read`,
    );
  }
  const bytes = read(start.length, stored);
  if (bytes.length < stored) throw truncated();
  const wanted: Digest = `sha256:${fixed.toString('hex', 9, FIXED_BYTES)}`;
  if (digestOf(Buffer.concat([fixed.subarray(0, 9), bytes])) !== wanted)
    throw broken('its header is damaged');
  const header = parseHeader(unpack({ method, bytes, size }).toString('utf8'));
  return { header, size: start.length + stored };
}

function checkVersion(start: Buffer): void {
  if (!isDelta(start)) throw new SampanError('invalid', 'not a delta');
  const text = start.toString('latin1', NAME.length, LINE.length + 8);
  const version = /^([0-9]{1,6})\n/.exec(text)?.[1];
  if (version === undefined) throw broken('its version cannot be read');
  if (Number(version) === VERSION) return;
  throw new SampanError('unsupported', `a delta of version ${version}, only version ${VERSION} is known`, {
    remedy: Number(version) > VERSION ? 'update sampan on this machine' : 'make the delta again',
  });
}

function truncated(): SampanError {
  return new SampanError('invalid', 'the delta is truncated', { remedy: 'fetch it again' });
}
