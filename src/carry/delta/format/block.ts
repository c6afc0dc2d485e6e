import { broken } from '../bytes/index.ts';
import { MAX_LITERAL_BYTES, MAX_OPERATION_BYTES } from './limits.ts';
import { METHODS, type Packed } from './pack.ts';

/** One block of a recipe, as a delta holds it. */
export interface Block {
  readonly operations: Packed;
  readonly literals: Packed;
}

/** Before each block: four sizes and two methods. */
export const BLOCK_HEADER_BYTES = 18;

/** The sizes of a block. */
export interface BlockHead {
  readonly operations: Omit<Packed, 'bytes'> & { readonly stored: number };
  readonly literals: Omit<Packed, 'bytes'> & { readonly stored: number };
}

/** A block as bytes. */
export function encodeBlock({ operations, literals }: Block): readonly Uint8Array[] {
  const head = Buffer.alloc(BLOCK_HEADER_BYTES);
  head.writeUInt32LE(operations.bytes.length, 0);
  head.writeUInt32LE(operations.size, 4);
  head.writeUInt32LE(literals.bytes.length, 8);
  head.writeUInt32LE(literals.size, 12);
  head.writeUInt8(METHODS.indexOf(operations.method), 16);
  head.writeUInt8(METHODS.indexOf(literals.method), 17);
  return [head, operations.bytes, literals.bytes];
}

/** Reads the sizes of a block. @throws SampanError `invalid` above the limits. */
export function decodeBlockHead(bytes: Buffer): BlockHead {
  return {
    operations: part(bytes, { at: 0, method: 16, max: MAX_OPERATION_BYTES }),
    literals: part(bytes, { at: 8, method: 17, max: MAX_LITERAL_BYTES }),
  };
}

function part(
  bytes: Buffer,
  where: { readonly at: number; readonly method: number; readonly max: number },
): BlockHead['operations'] {
  const stored = bytes.readUInt32LE(where.at);
  const size = bytes.readUInt32LE(where.at + 4);
  const method = METHODS[bytes.readUInt8(where.method)];
  if (method === undefined) throw broken('packed in an unknown way');
  // What does not shrink is kept plain, so that it is never larger.
  if (size > where.max || stored > size) throw broken(`a part of ${size} bytes, at most ${where.max} can be`);
  if (method === 'plain' && stored !== size) throw broken('a plain part of two sizes');
  return { method, size, stored };
}
