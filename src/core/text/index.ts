export { visible, visibleLines } from './escape.ts';
export { formatCount, formatDuration, formatPercent, formatSize } from './format.ts';
