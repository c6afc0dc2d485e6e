import type { Digest } from '../../../core/bytes/index.ts';
import type { Footprint } from '../../rootfs/index.ts';

/** What runs of an image showed; several are merged. */
export interface Evidence {
  /** Of the image's configuration. */
  readonly image: Digest;
  readonly footprints: readonly Footprint[];
  /** Paths that a slim image was asked for and did not have, though the original has them. */
  readonly lookups: readonly string[];
}
