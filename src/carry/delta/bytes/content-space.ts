import type { Content } from '../../../core/bytes/index.ts';
import { type ByteSpace, pieceSpace } from './space.ts';

/** Content as bytes that can be read from anywhere. */
export function contentSpace(content: Content): ByteSpace {
  const starts = new Float64Array(content.pieces.length);
  let at = 0;
  for (const [i, piece] of content.pieces.entries()) {
    starts[i] = at;
    at += piece.size;
  }
  return pieceSpace({ size: content.size, starts, piece: index => content.pieces[index]! });
}
