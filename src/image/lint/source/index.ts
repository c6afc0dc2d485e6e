export {
  lineSpan,
  type Position,
  positionAt,
  type SourceText,
  type Span,
  sourceText,
} from '../../../core/text/index.ts';
export { type Joined, joinSpans, plainText, sliceJoined, sourceSpan } from './joined.ts';
export { splitWords, type Word, type Words } from './words.ts';
