export {
  formatCount,
  formatDuration,
  formatPercent,
  formatSize,
  visible,
  visibleLines,
} from '../../core/text/index.ts';
export { type Schema, writeJson } from './json.ts';
export type { Output } from './port.ts';
export { type Style, styleFor } from './style.ts';
export { type Column, formatTable } from './table.ts';
export { pad, truncate, truncateMiddle, widthOf, wrapText } from './width.ts';
