import type { Evidence } from '../evidence/index.ts';
import type { Keeper } from './keeper.ts';

/** Keeps what a run accessed, and what a slim image was asked for in vain. */
export function keepObserved(keeper: Keeper, evidence: Evidence): void {
  for (const { path, kind } of evidence.footprints) {
    // A directory that is listed is nothing without being there; what is in it is not read by that.
    keeper.keepItself(path, { kind: 'footprint', text: `${kind} in a run` });
  }
  for (const path of evidence.lookups)
    keeper.keep(path, { kind: 'looked-up', text: 'missed by a slim image' });
}
