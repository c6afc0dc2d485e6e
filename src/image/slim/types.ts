import type { Digest } from '../../core/bytes/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import type { Progress } from '../../core/progress/index.ts';
import type { Cancel, LocalLayer, OpenImage, OwnStore } from '../../core/store/index.ts';
import type { Exercise, RunRecord } from '../exercise/index.ts';
import type { Tree } from '../tree/index.ts';
import type { Evidence } from './evidence/index.ts';
import type { Figures } from './figures.ts';
import type { Drop, Knowledge, Level, PlanDraft, SlimPlan } from './plan/index.ts';
import type { Prover } from './prover.ts';
import type { Rebuilt, SlimNodes } from './rebuild/index.ts';

/** What to slim, and how. */
export interface SlimRequest {
  readonly image: OpenImage;
  readonly level: Level;
  readonly exercise: Exercise;
  /** Of earlier runs. */
  readonly evidence: readonly Evidence[];
  readonly keep: readonly string[];
  readonly drop: readonly string[];
  readonly strip: boolean;
}

/** What slimming works with. */
export interface SlimTools extends Cancel {
  readonly store: OwnStore;
  /** Where work directories go. */
  readonly base: string;
  /** Absent where nothing can be run: then only level `safe` works, and nothing is proven. */
  readonly engine?: Engine;
  readonly prover?: Prover;
  readonly progress: Progress;
}

/** One attempt that did not prove itself. */
export interface Attempt {
  readonly level: Level;
  readonly problems: readonly string[];
  /** What was added after it. */
  readonly lookups: readonly string[];
}

/** A slim image: in the store, proven (or not, where nothing could be run), without a name yet. */
export interface SlimResult {
  readonly original: { readonly id: Digest; readonly tree: Tree; readonly config: ImageConfig };
  readonly rebuilt: Rebuilt;
  readonly plan: SlimPlan;
  readonly dropped: ReadonlyMap<string, Drop>;
  readonly nodes: SlimNodes;
  readonly evidence: Evidence;
  readonly before: Figures;
  readonly after: Figures;
  readonly attempts: readonly Attempt[];
  /** Why nothing is proven, where that is so. */
  readonly unproven?: string;
  /** Of the original and of the slim image. */
  readonly runs?: { readonly original: RunRecord; readonly slim: RunRecord };
}

/** An image that is read and stacked. */
export interface Loaded {
  readonly id: Digest;
  readonly rawConfig: Uint8Array;
  /** Of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly config: ImageConfig;
  readonly layers: readonly LocalLayer[];
  readonly tree: Tree;
}

/** What is known of an image when planning begins. */
export interface Seen {
  readonly evidence: Evidence;
  readonly knowledge: Knowledge;
  /** The plan for the level that was asked for, as far as it could be made without the evidence. */
  readonly draft?: PlanDraft;
  readonly run?: RunRecord;
  /** Why there is no run. */
  readonly unproven?: string;
}
