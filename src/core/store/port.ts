import type { ByteStream, Content, Digest } from '../bytes/index.ts';
import type { Descriptor, ImageConfig, Manifest } from '../oci/index.ts';
import type { TarEntry } from '../tar/index.ts';

/** A stream of bytes. */
export type Bytes = ByteStream;

/** Long work can be stopped; it then throws SampanError `cancelled`. */
export interface Cancel {
  readonly signal?: AbortSignal;
}

/** Where blobs come from. */
export interface BlobSource {
  /** The bytes of a blob, again and again; every stream ends on the digest and size asked for, or throws. */
  open(blob: Descriptor, options?: Cancel): Bytes;
  has(digest: Digest): Promise<boolean>;
}

/** Optional power of a source: a blob as bytes of a file of this machine. Its caller verifies. */
export interface LocalSource {
  /** Absent when this blob is not at hand as it is (it is elsewhere, or compressed inside something). */
  contentOf(blob: Descriptor): Promise<Content | undefined>;
}

/** Optional power of a source: a blob as a new file of this machine, for who keeps it. */
export interface FileSource {
  /**
   * The path of a file with the blob, whole and verified, which belongs to the caller: it moves or removes it. Absent
   * where the blob is better read as a stream.
   */
  toFile(blob: Descriptor, options?: Cancel): Promise<string | undefined>;
}

/** What is known about a blob before it is stored; what is given is verified. */
export interface Expected {
  readonly mediaType: string;
  readonly digest?: Digest;
  readonly size?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where blobs are kept. */
export interface BlobStore extends BlobSource {
  /** Idempotent: when it returns, the blob is there whole and verified, or it threw and nothing is there. */
  put(content: Bytes, expected: Expected, options?: Cancel): Promise<Descriptor>;
  list(): AsyncIterable<Digest>;
  delete(digest: Digest): Promise<void>;
}

/** Optional power of a store: a file of this machine becomes a blob, without being copied where that is possible. */
export interface AdoptingStore {
  /** Takes over a file that is verified to be the blob. As idempotent and durable as {@link BlobStore.put}. */
  adopt(path: string, blob: Descriptor): Promise<void>;
}

/** A view over a source; nothing is read before a call. */
export interface Image {
  /** Of the manifest. */
  readonly descriptor: Descriptor;
  manifest(): Promise<Manifest>;
  config(): Promise<ImageConfig>;
  /** The configuration exactly as it is stored. */
  rawConfig(): Promise<Uint8Array>;
  layers(): Promise<readonly Layer[]>;
}

/** One layer of an image. */
export interface Layer {
  readonly descriptor: Descriptor;
  /** The digest of the uncompressed tar. */
  readonly diffId: Digest;
  /** As stored. */
  blob(options?: Cancel): Bytes;
  /** Uncompressed, verified against the diff ID. */
  tar(options?: Cancel): Bytes;
}

/** A layer whose entries and bytes are at hand on this machine, uncompressed. */
export interface LocalLayer {
  readonly diffId: Digest;
  /** In the order of the archive. */
  readonly entries: readonly TarEntry[];
  /** The bytes of an entry; empty for one that has none. */
  content(entry: TarEntry): Content;
  /** Where an engine has it unpacked for overlayfs, if it has; it must not be changed. */
  readonly directory?: string;
  /** Reads the whole layer and throws SampanError `integrity` unless its digest is the diff ID. */
  verify(options?: Cancel): Promise<void>;
}

/** Optional power of a source: a layer whose entries are at hand without reading it as a blob. */
export interface LayerSource {
  /** Absent when the source does not have it that way. */
  localLayer(diffId: Digest): Promise<LocalLayer | undefined>;
}
