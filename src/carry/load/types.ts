import type { Digest } from '../../core/bytes/index.ts';
import type { Docker, EngineInfo } from '../../core/docker/index.ts';
import type { Descriptor } from '../../core/oci/index.ts';
import type { BundledLayer, Item } from '../bundle/index.ts';

/** Where images are loaded. */
export type LoadPlace =
  | { readonly kind: 'engine'; readonly docker: Docker; readonly info: EngineInfo }
  | { readonly kind: 'store' };

/**
 * Where a layer comes from.
 *
 * - `present`: it is where the image goes, on the same layers below.
 * - `carried`: the archive has it.
 * - `store`, `engine`: this machine has it there, and it is taken from there.
 * - `missing`: nobody has it.
 */
export type LayerState = 'present' | 'carried' | 'store' | 'engine' | 'missing';

/** A layer that an image needs. */
export interface NeededLayer extends BundledLayer {
  readonly state: LayerState;
  /** Uncompressed; a guess from the compressed size where the bytes do not tell. */
  readonly plainBytes: number;
}

/** An image to load. */
export interface LoadImage {
  /** As Docker shows them; none for an image without a name. */
  readonly names: readonly string[];
  readonly item: Item;
  /** Of the configuration. */
  readonly id: Digest;
  /** Of all its manifests, in their order. */
  readonly layers: readonly NeededLayer[];
}

/** What loading will do, found out before it begins. */
export interface LoadPlan {
  readonly place: LoadPlace;
  readonly images: readonly LoadImage[];
  /** Layers, each counted once. */
  readonly allLayers: number;
  readonly missingThere: number;
  /** What is written there at most, temporary files included; about, where layers are compressed. */
  readonly neededBytes: number;
  /** What is free there, where that can be seen. */
  readonly freeBytes?: number;
}

/** A layer as plain tar from elsewhere than the archive. */
export interface Completion {
  readonly descriptor: Descriptor;
  open(): AsyncIterable<Uint8Array>;
}
