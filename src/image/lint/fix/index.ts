export { applyEdits } from './apply.ts';
export { unifiedDiff } from './diff.ts';
export { type Fixed, fixText } from './fix.ts';
