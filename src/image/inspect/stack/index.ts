export { journalOf, liveAfter, type Step } from './journal.ts';
export type { Names } from './names.ts';
export { lookUp } from './resolve.ts';
export { stackScans } from './stack.ts';
export {
  type Efficiency,
  type Hidden,
  type HiddenBy,
  type LayerChange,
  layerOf,
  type Stacked,
} from './stacked.ts';
export { type ContentOf, type Listing, type StackTree, treeOfStack } from './tree.ts';
