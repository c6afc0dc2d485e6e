import type { Cancel } from '../../../core/store/index.ts';
import type { BlobDigest } from '../base/index.ts';
import type { Referrer, StoredManifest } from '../storage/index.ts';

/** A blob of an upstream, from some byte on. */
export interface UpstreamBlob {
  /** Of the whole, in bytes. */
  readonly size: number;
  /** Not verified. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * A registry that is mirrored. Absent means that it says itself that there is no such thing; whatever else goes wrong is a
 * SampanError, and it counts as away.
 */
export interface Upstream {
  /** For people: its address, without secrets. */
  readonly name: string;
  /** What a tag names now. */
  resolve(repository: string, tag: string, options: Cancel): Promise<BlobDigest | undefined>;
  /** Verified against its digest. */
  manifest(repository: string, digest: BlobDigest, options: Cancel): Promise<StoredManifest | undefined>;
  /** The size of a blob. */
  stat(repository: string, digest: BlobDigest, options: Cancel): Promise<number | undefined>;
  blob(
    repository: string,
    digest: BlobDigest,
    options: Cancel & { readonly from: number },
  ): Promise<UpstreamBlob | undefined>;
  tags(repository: string, options: Cancel): Promise<readonly string[] | undefined>;
  referrers(repository: string, subject: BlobDigest, options: Cancel): Promise<readonly Referrer[]>;
}

/** Which repositories are mirrored, and from where. */
export interface MirrorRoute {
  /** The first parts of their names here; empty for all. */
  readonly prefix: string;
  readonly upstream: Upstream;
}
