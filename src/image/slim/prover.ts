import type { Cancel, LocalLayer } from '../../core/store/index.ts';
import type { Leaving } from '../../core/work/index.ts';
import type { RunRecord } from '../exercise/index.ts';
import type { Tree } from '../tree/index.ts';

/** An image that can be run: the original, or a slim one that waits for its proof. */
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

/** How to run. */
export interface RunOptions extends Cancel, Leaving {
  /** Called when the container has started, if it does. */
  readonly started?: () => void;
}

/** Runs images as the original was run, and compares. Slimming is given one. */
export interface Prover {
  /** Runs an image under the same limits, at the same ports, with the same probes and pages as `like`. */
  run(image: Candidate, like: RunRecord, options?: RunOptions): Promise<RunRecord>;
  /** What the slim image does otherwise than the original did in each of its runs; nothing when it is proven. */
  differences(originals: readonly RunRecord[], slim: RunRecord): readonly string[];
  /** Paths that the candidate looks up in vain while it runs; empty where that cannot be seen here. */
  failedLookups(candidate: Candidate, like: RunRecord, options?: Cancel): Promise<readonly string[]>;
}
