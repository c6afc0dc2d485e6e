export { type Applied, applyEdits } from './apply.ts';
