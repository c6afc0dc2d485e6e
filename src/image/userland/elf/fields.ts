/** The class of an ELF file: how wide its addresses are. */
export type WordSize = 32 | 64;

/** The byte order of an ELF file. */
export type ByteOrder = 'little' | 'big';

/** Reads and writes the numbers of one class and byte order. Reading past the end gives 0. */
export interface Fields {
  readonly bits: WordSize;
  readonly order: ByteOrder;
  u16(from: Buffer, at: number): number;
  u32(from: Buffer, at: number): number;
  /** An address, offset or size: 4 or 8 bytes. Above 2^53 it is only near the truth. */
  word(from: Buffer, at: number): number;
  putU16(into: Buffer, at: number, value: number): void;
  putU32(into: Buffer, at: number, value: number): void;
  putWord(into: Buffer, at: number, value: number): void;
}

const HIGH = 2 ** 32;

/** The numbers of a class and byte order (gABI, chapter 4, "Data Representation"). */
export function fieldsOf(bits: WordSize, order: ByteOrder): Fields {
  const little = order === 'little';
  const u16 = (from: Buffer, at: number): number =>
    at + 2 > from.length ? 0 : little ? from.readUInt16LE(at) : from.readUInt16BE(at);
  const u32 = (from: Buffer, at: number): number =>
    at + 4 > from.length ? 0 : little ? from.readUInt32LE(at) : from.readUInt32BE(at);
  const u64 = (from: Buffer, at: number): number =>
    little ? u32(from, at) + u32(from, at + 4) * HIGH : u32(from, at) * HIGH + u32(from, at + 4);
  const putU16 = (into: Buffer, at: number, value: number): void => {
    little ? into.writeUInt16LE(value, at) : into.writeUInt16BE(value, at);
  };
  const putU32 = (into: Buffer, at: number, value: number): void => {
    little ? into.writeUInt32LE(value, at) : into.writeUInt32BE(value, at);
  };
  const putU64 = (into: Buffer, at: number, value: number): void => {
    putU32(into, at + (little ? 0 : 4), value % HIGH);
    putU32(into, at + (little ? 4 : 0), Math.floor(value / HIGH));
  };
  return {
    bits,
    order,
    u16,
    u32,
    word: bits === 64 ? u64 : u32,
    putU16,
    putU32,
    putWord: bits === 64 ? putU64 : putU32,
  };
}
