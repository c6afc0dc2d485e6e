export { visible, visibleLines } from './escape.ts';
export { formatCount, formatDuration, formatNumber, formatPercent, formatSize } from './format.ts';
