export { visible, visibleLines } from './escape.ts';
export { formatCount, formatDuration, formatNumber, formatPercent, formatSize } from './format.ts';
export {
  lastAtMost,
  lineSpan,
  type Position,
  positionAt,
  type SourceText,
  type Span,
  sourceText,
} from './source.ts';
export { closestOf } from './suggest.ts';
