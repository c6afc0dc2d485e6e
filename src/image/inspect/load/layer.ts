import type { Content, Digest } from '../../../core/bytes/index.ts';
import type { Descriptor } from '../../../core/oci/index.ts';
import type { LayerScan } from '../scan/index.ts';

/** A layer that was read. */
export interface LoadedLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  readonly scan: LayerScan;
  /** The bytes of a file by its row; zeros where they were not kept. */
  content(row: number): Content;
  /** The same, quick to read at both ends. */
  program(row: number): Content;
  /** At most 64 KiB of a file; cut at its end. */
  bytes(row: number, from: number, size: number): Buffer;
  /** `whole`: all contents are at hand; `parts`: the layer is compressed, and only some were kept. */
  readonly contents: 'whole' | 'parts';
}

/** A layer that is listed and could not be read, and why. */
export interface UnreadLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest | undefined;
  readonly reason: string;
}

/** True for a layer that could be read. */
export function isLoaded(layer: LoadedLayer | UnreadLayer): layer is LoadedLayer {
  return 'scan' in layer;
}
