import type { VerificationKey } from '../keys/index.ts';

/** How far the name that was signed must be the name that the image goes by. */
export type NameCheck =
  /** Not at all. */
  | 'ignored'
  /** Where one was signed: the same without registry and tag. */
  | 'path'
  /** Where one was signed: the same without tag. */
  | 'repository'
  /** One must have been signed: the same, tag and all. */
  | 'exact';

/** What signatures must be like for images of some names. */
export interface SignedRule {
  /** Patterns, as they were written. */
  readonly names: readonly string[];
  readonly action: 'signed';
  readonly keys: readonly VerificationKey[];
  /** How many different keys must have signed. */
  readonly threshold: number;
  readonly signedName: NameCheck;
  /** Whether an image may follow one that was signed later. */
  readonly rollback: 'allow' | 'refuse';
  /** Signatures older than that do not count. */
  readonly maxAgeMs?: number;
  /** Signatures made before that do not count; milliseconds since 1970. */
  readonly notBeforeMs?: number;
}

/** What must hold for images of some names. */
export type Rule =
  | SignedRule
  | {
      /** Patterns, as they were written. */
      readonly names: readonly string[];
      readonly action: 'allow' | 'deny';
    };

/** Which images a device takes (docs/formats/policy.md). */
export interface Policy {
  /** The file, for messages. */
  readonly path: string;
  /** For images that no rule speaks of. */
  readonly default: 'allow' | 'deny';
  /** The first that fits counts. */
  readonly rules: readonly Rule[];
}
