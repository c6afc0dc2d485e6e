import type { Descriptor } from '../../../core/oci/index.ts';
import type { BlobSource } from '../../../core/store/index.ts';

/** The image whose signatures are looked at. */
export interface SignedImage {
  /** For messages. */
  readonly name: string;
  readonly source: BlobSource;
  /** What is used: a manifest, or an index with all its images. */
  readonly root: Descriptor;
  /** Indexes that it was chosen from: a signature of one of them is one of the image too. */
  readonly parents?: readonly Descriptor[];
}
