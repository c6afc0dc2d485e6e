export { contentSpace } from './content-space.ts';
export { type ByteSpace, indexAt, joinSpaces, type PieceTable, pieceSpace } from './space.ts';
export { ByteReader, ByteWriter, broken } from './varint.ts';
