import type { BlobDigest } from '../base/index.ts';
import type { ByteRange } from '../http/index.ts';
import type { Referrer, StoredBlob, StoredManifest } from '../storage/index.ts';

/** A blob that is still on its way here; its end comes only when its digest is right. */
export interface ArrivingBlob {
  readonly digest: BlobDigest;
  /** Of the whole, in bytes. */
  readonly size: number;
  /** The bytes of a range as they arrive. @throws SampanError when they do not. */
  open(range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A blob that can be sent. */
export type FoundBlob =
  /** Only its size was asked for. */
  | { readonly kind: 'elsewhere'; readonly blob: { readonly digest: BlobDigest; readonly size: number } }
  | { readonly kind: 'stored'; readonly blob: StoredBlob }
  | { readonly kind: 'arriving'; readonly blob: ArrivingBlob };

/** What is wanted of a blob. */
export interface BlobOptions {
  /** Its bytes are not wanted, and need not be fetched. */
  readonly sizeOnly?: boolean;
}

/** Where what is pulled comes from: the storage, or an upstream that it mirrors. */
export interface PullSource {
  /** By tag or digest; absent when there is no such manifest. */
  manifest(repository: string, reference: string): Promise<StoredManifest | undefined>;
  /** Absent when there is no such blob. */
  blob(repository: string, digest: BlobDigest, options?: BlobOptions): Promise<FoundBlob | undefined>;
  /** In ASCII order; absent when there is no such repository. */
  tags(repository: string): Promise<readonly string[] | undefined>;
  /** Sorted by digest. */
  referrers(repository: string, subject: BlobDigest): Promise<readonly Referrer[]>;
  /** True when nothing may be pushed there. */
  isMirrored(repository: string): boolean;
}
