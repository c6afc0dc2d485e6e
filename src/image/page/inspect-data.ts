import type { ImageDiff } from '../diff/index.ts';
import type { Inspection } from '../inspect/index.ts';

/** A file that a container sees. */
export interface InspectPageFile {
  readonly path: string;
  readonly size: number;
  /** The finding that it is in; empty for none. */
  readonly waste: string;
  /** The package that it belongs to; empty for none. */
  readonly package: string;
  /** The layer that it is in, counted from 0. */
  readonly layer: number;
}

/** All that the page of an inspection shows. */
export interface InspectPageData {
  readonly inspection: Inspection;
  readonly files: readonly InspectPageFile[];
  /** Of Sampan. */
  readonly version: string;
}

/** A file of either image. */
export interface DiffPageFile {
  readonly path: string;
  /** Bytes in the first and in the second image; 0 where it is not there. */
  readonly before: number;
  readonly after: number;
  /** `added`, `removed`, `content`, `metadata` or `same`. */
  readonly change: string;
  readonly package: string;
}

/** All that the page of a comparison shows. */
export interface DiffPageData {
  readonly diff: ImageDiff;
  readonly files: readonly DiffPageFile[];
  readonly version: string;
}
