import { type Digest, digestOf } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { chainIds } from '../../core/store/index.ts';
import type { Inventory } from '../inventory/index.ts';

/** A layer and what it stands on. */
export interface ChainedLayer {
  readonly diffId: Digest;
  /** Of it and all layers below it (OCI image spec 1.1, config.md, "Layer ChainID"). */
  readonly chainId: Digest;
}

/** What is known to be where a bundle goes. */
export interface Target {
  /** As the person named it. */
  readonly name: string;
  /** True when the layer is there, on the same layers below it. */
  has(layer: ChainedLayer): boolean;
  /** Whether its engine's own `load` takes an archive without those layers; unknown for what is no inventory. */
  readonly takesPartial?: boolean;
  readonly platform?: string;
}

/** A device, by its inventory: what its engine has; where there is no engine, what the store has. */
export function inventoryTarget(inventory: Inventory, name: string): Target {
  const place = inventory.engine === undefined ? 'store' : 'engine';
  const { chains, diffIds } = layersIn(inventory, place);
  return {
    name,
    platform: inventory.platform,
    // A store finds a layer by itself; an engine only on the same layers.
    has: layer => (place === 'store' ? diffIds.has(layer.diffId) : chains.has(layer.chainId)),
    ...(inventory.engine === undefined ? {} : { takesPartial: inventory.engine.partial }),
  };
}

/** Each layer is looked at once, however many images stand on it. */
function layersIn(
  { images, layers }: Inventory,
  place: 'engine' | 'store',
): { readonly chains: ReadonlySet<Digest>; readonly diffIds: ReadonlySet<Digest> } {
  const used = new Set<number>();
  for (const image of images) {
    if (image.place !== place) continue;
    for (let at = image.top; at !== undefined && !used.has(at); at = layers[at]?.on) used.add(at);
  }
  const all: Digest[] = [];
  const chains = new Set<Digest>();
  const diffIds = new Set<Digest>();
  for (const [i, { diffId, on }] of layers.entries()) {
    const below = on === undefined ? undefined : all[on];
    all.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
    if (!used.has(i)) continue;
    chains.add(all[i]!);
    diffIds.add(diffId);
  }
  return { chains, diffIds };
}

/** Images that are known to be there. */
export function imagesTarget(images: readonly (readonly Digest[])[], name: string): Target {
  const chains = new Set(images.flatMap(diffIds => chainIds(diffIds)));
  return { name, has: layer => chains.has(layer.chainId) };
}

/** The layers of an image with their chains. @throws SampanError `limit` above 1000. */
export function chained(diffIds: readonly Digest[]): readonly ChainedLayer[] {
  if (diffIds.length > 1000)
    throw new SampanError('limit', `${diffIds.length} layers, at most 1000 are read`);
  const chains = chainIds(diffIds);
  return diffIds.map((diffId, i) => ({ diffId, chainId: chains[i]! }));
}
