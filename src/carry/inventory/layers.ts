import type { Digest } from '../../core/bytes/index.ts';
import type { InventoryImage, InventoryLayer } from './types.ts';

/** An image with all its layers, the lowest first. */
export interface LayeredImage extends Omit<InventoryImage, 'top'> {
  readonly diffIds: readonly Digest[];
}

/** Writes the layers that images share only once. */
export function shareLayers(images: readonly LayeredImage[]): {
  readonly images: readonly InventoryImage[];
  readonly layers: readonly InventoryLayer[];
} {
  const layers: InventoryLayer[] = [];
  const known = new Map<string, number>();
  const indexOf = (diffId: Digest, on: number | undefined): number => {
    const key = `${on ?? ''} ${diffId}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, layers.length);
    return layers.push(on === undefined ? { diffId } : { diffId, on }) - 1;
  };
  const shared = images.map(({ diffIds, ...image }) => {
    const top = diffIds.reduce<number | undefined>((on, diffId) => indexOf(diffId, on), undefined);
    return top === undefined ? image : { ...image, top };
  });
  return { images: shared, layers };
}
