export { type History, openHistory } from './history.ts';
export { openRing, type Ring, type Series } from './ring.ts';
export { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
