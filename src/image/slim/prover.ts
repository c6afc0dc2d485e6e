import type { Cancel, LocalLayer } from '../../core/store/index.ts';
import type { RunRecord } from '../exercise/index.ts';
import type { Tree } from '../tree/index.ts';

/** A slim image that waits for its proof. */
export interface Candidate {
  readonly tree: Tree;
  readonly layers: readonly LocalLayer[];
}

/** What a proof said. */
export interface Verdict {
  readonly proven: boolean;
  /** What differs from the original, for people; empty when it is proven. */
  readonly problems: readonly string[];
  readonly run: RunRecord;
}

/** Runs a slim image as the original was run, and compares. Slimming is given one. */
export interface Prover {
  prove(candidate: Candidate, original: RunRecord, options?: Cancel): Promise<Verdict>;
  /**
   * Paths that the candidate looks up in vain while it runs, perhaps relative to nothing that is known; empty
   * where that cannot be seen here.
   */
  failedLookups(candidate: Candidate, options?: Cancel): Promise<readonly string[]>;
}
