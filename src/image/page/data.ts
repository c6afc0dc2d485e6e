/** All that the page of a slimming shows. Sizes are bytes, times milliseconds. */
export interface SlimPageData {
  /** The image as the user named it. */
  readonly image: string;
  /** The name of the result. */
  readonly result: string;
  /** `linux/arm64`. */
  readonly platform: string;
  /** `safe`, `balanced`, `tight`. */
  readonly level: string;
  /** The version of Sampan. */
  readonly version: string;
  readonly before: ImageFigures;
  readonly after: ImageFigures;
  /** From the start to the proven result. */
  readonly elapsedMs: number;
  /** Every regular file (and symlink, if wanted) of the original, in any order. */
  readonly files: readonly PageFile[];
  readonly packages: readonly PagePackage[];
  /** What made each layer of the original, from the first on. */
  readonly layers?: readonly string[];
  readonly proof?: PageProof;
}

/** An image in four numbers. */
export interface ImageFigures {
  readonly sizeBytes: number;
  readonly files: number;
  readonly packages: number;
  readonly layers: number;
  /** The digest of its manifest. */
  readonly digest?: string;
}

/** What happened to a file or a package. */
export type Outcome = 'kept' | 'stripped' | 'dropped';

/** A file of the original. */
export interface PageFile {
  /** Absolute and normalised; escaped as `core/bytes` escapes names. */
  readonly path: string;
  readonly size: number;
  readonly outcome: Outcome;
  /** For a stripped file; otherwise the old size or nothing. */
  readonly sizeAfter?: number;
  /** Why, in a few words: `entry point → libssl.so.3`, `read when it ran`, `documentation`. */
  readonly reason: string;
  /** What sort of thing it is: `documentation`, `locales`, `compiler`, `application`. */
  readonly category: string;
  /** The package that it belongs to. */
  readonly package?: string;
  /** The layer of the original that it comes from, counted from 0. */
  readonly layer?: number;
}

/** A package of the original. */
export interface PagePackage {
  readonly name: string;
  readonly version: string;
  /** `deb`, `apk`, `pypi`, `npm`, `golang`. */
  readonly type: string;
  readonly outcome: 'kept' | 'reduced' | 'dropped';
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
}

/** How the result was shown to behave as the original does. */
export interface PageProof {
  readonly verdict: 'proven' | 'unproven' | 'not-run';
  /** One sentence: what was compared. */
  readonly summary: string;
  /** What ran it: `runc 1.1.5`. */
  readonly engine?: string;
  readonly original: PageRun;
  readonly slim: PageRun;
  /** What else is to be known: rounds of repair, fallbacks. */
  readonly notes: readonly string[];
}

/** One observed run. */
export interface PageRun {
  /** How it ended: `0`, `143 after SIGTERM`. */
  readonly exit?: string;
  /** How it got ready: `port 8080 open`. */
  readonly ready?: string;
  readonly startMs?: number;
  readonly peakMemoryBytes?: number;
  /** In the same order for both runs. */
  readonly probes: readonly PageProbe[];
}

/** What a probe saw. */
export interface PageProbe {
  /** `GET :8080/health`. */
  readonly name: string;
  /** `200, 1.2 kB of JSON`. */
  readonly result: string;
  readonly passed: boolean;
}
