import type { Digest } from '../../core/bytes/index.ts';
import { type Descriptor, isForeignLayer } from '../../core/oci/index.ts';
import type { BundledLayer, Item } from './item.ts';
import type { Target } from './target.ts';

/** A layer, and what becomes of it. */
export interface PlannedLayer extends BundledLayer {
  /** The name of the target that has it; absent for one that is carried. */
  readonly leftOut?: string;
}

/** An image of a bundle, and what becomes of its layers. */
export interface PlannedImage {
  readonly name: string | undefined;
  readonly platform: string;
  readonly manifest: Descriptor;
  readonly layers: readonly PlannedLayer[];
}

/** What a bundle will hold. */
export interface BundlePlan {
  readonly images: readonly PlannedImage[];
  /** Blobs of layers that are left out everywhere. */
  readonly leftOut: ReadonlySet<Digest>;
  /** Layers that are carried, each once, as they are in the source. */
  readonly carriedLayers: number;
  readonly carriedBytes: number;
  readonly leftOutBytes: number;
  /** How many signatures, lists of contents and so on come along. */
  readonly referrers: number;
}

/** Decides which layers a bundle carries: those that no target has on the same layers below. */
export function planBundle(items: readonly Item[], targets: readonly Target[]): BundlePlan {
  const images = items.flatMap(item =>
    item.manifests.map(({ manifest, platform, layers }) => ({
      name: item.name,
      platform,
      manifest,
      layers: layers.map(layer => plannedLayer(layer, targets)),
    })),
  );
  const all = new Map<Digest, PlannedLayer>();
  const carried = new Set<Digest>();
  for (const layer of images.flatMap(image => image.layers)) {
    all.set(layer.blob.digest, layer);
    // The same blob may stand on other layers in another image.
    if (layer.leftOut === undefined) carried.add(layer.blob.digest);
  }
  const missing = [...all.values()].filter(({ blob }) => !carried.has(blob.digest));
  const kept = [...all.values()].filter(({ blob }) => carried.has(blob.digest));
  return {
    images,
    leftOut: new Set(missing.map(({ blob }) => blob.digest)),
    carriedLayers: kept.length,
    carriedBytes: sumOf(kept),
    leftOutBytes: sumOf(missing),
    referrers: new Set(items.flatMap(item => item.referrers.map(({ root }) => root.digest))).size,
  };
}

function plannedLayer(layer: BundledLayer, targets: readonly Target[]): PlannedLayer {
  const owner = targets.find(target => target.has(layer));
  return owner === undefined ? layer : { ...layer, leftOut: owner.name };
}

function sumOf(layers: readonly BundledLayer[]): number {
  return layers.reduce((sum, { blob }) => sum + (isForeignLayer(blob) ? 0 : blob.size), 0);
}
