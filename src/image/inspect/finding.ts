/** How sure it is that the bytes, or the danger, can go. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** How much it matters. */
export type Severity = 'high' | 'medium' | 'low';

/** A layer that brought it about, and what it has to do with it. */
export interface Cause {
  /** Counted from 0. */
  readonly layer: number;
  /** As in a Dockerfile; empty where it is not known. */
  readonly instruction: string;
  readonly bytes: number;
  readonly files: number;
}

/** A path that is an example of it. */
export interface Example {
  readonly path: string;
  readonly bytes: number;
  /** What is to be said of this one. */
  readonly note?: string;
}

/** Something in an image that costs bytes, or is a danger, and what to do about it. */
export interface Finding {
  /** What kind it is: stable, for `--fail-on`. Several findings may have the same. */
  readonly id: string;
  /** One line. */
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Bytes that the image would be smaller; 0 for what is not about size. */
  readonly bytes: number;
  /** Bytes that each update would be smaller, where that is the point. */
  readonly updateBytes?: number;
  readonly files: number;
  /** The heaviest first. */
  readonly causes: readonly Cause[];
  /** What to write into the Dockerfile. */
  readonly fix: string;
  /** The largest, at most twenty. */
  readonly examples: readonly Example[];
}

/** As many examples as a finding has at most. */
export const MAX_EXAMPLES = 20;
