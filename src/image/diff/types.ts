import type { Digest } from '../../core/bytes/index.ts';

/** How a path is different in the second image. */
export type FileChangeKind = 'added' | 'removed' | 'content' | 'metadata';

/** A path that is not the same in both images. */
export interface FileChange {
  readonly path: string;
  readonly kind: FileChangeKind;
  /** Bytes in the first and in the second image; 0 where it is not there, or is no file. */
  readonly before: number;
  readonly after: number;
  /** What of the metadata: `mode 644 → 755, owner 0:0 → 33:33`. */
  readonly note?: string;
}

/** A package that is not the same in both images. */
export interface PackageChange {
  readonly type: string;
  readonly name: string;
  /** Every version that is there, joined by commas; empty where there is none. */
  readonly before: string;
  readonly after: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A layer of either image. */
export interface LayerChange {
  readonly diffId: Digest | undefined;
  readonly instruction: string;
  readonly compressedBytes: number;
  readonly status: 'shared' | 'removed' | 'added';
}

/** A member of the configuration that is not the same, as JSON; empty where it is not there. */
export interface ConfigChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** How an image became another. Sizes are bytes. */
export interface ImageDiff {
  readonly before: { readonly image: string; readonly id: Digest; readonly sizeBytes: number };
  readonly after: { readonly image: string; readonly id: Digest; readonly sizeBytes: number };
  /** Of the second image against the first; negative when it is smaller. */
  readonly growthBytes: number;
  /** Sorted by path. */
  readonly files: readonly FileChange[];
  /** Paths of which only the time is different; they are not among `files`. */
  readonly onlyTimes: number;
  readonly packages: readonly PackageChange[];
  /** Those of the second image, then those that only the first has. */
  readonly layers: readonly LayerChange[];
  readonly config: readonly ConfigChange[];
  /** What a device that has the first image must fetch for the second: layers that are not shared, as stored. */
  readonly updateBytes: number;
}
