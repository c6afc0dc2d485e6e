export { type CdiGrant, type CdiGrantOptions, cdiGrant } from './grant.ts';
export { mergeEdits } from './merge.ts';
export { NVIDIA_KIND } from './names.ts';
