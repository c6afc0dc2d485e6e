import type { Digest } from '../bytes/index.ts';
import type { Descriptor } from '../oci/index.ts';
import type { BlobSource, Cancel } from './port.ts';

/** Where an image goes. */
export interface ImageTarget {
  /** With its transport: `oci-archive:app.tar`. */
  readonly name: string;
  /**
   * Stores an image or index whole under the target's name, or throws and leaves what was there before.
   *
   * @returns where it is now; `imageId` is the digest of the configuration of a single image.
   */
  write(source: BlobSource, root: Descriptor, options?: WriteImageOptions): Promise<Written>;
}

/** How to write. */
export interface WriteImageOptions extends Cancel {
  /** The name for a target that was named without one, such as a file. */
  readonly reference?: string | undefined;
}

/** What was written. */
export interface Written {
  readonly name: string;
  readonly root: Descriptor;
  readonly imageId?: Digest;
}
