import type { Digest } from '../../core/bytes/index.ts';

/** What a device has: the document of schema `sampan.inventory/1` (docs/formats/inventory.md). */
export interface Inventory {
  /** RFC 3339: when it was taken. */
  readonly taken: string;
  /** Of the machine: `linux/arm64`. */
  readonly platform: string;
  /** Absent where no engine answered. */
  readonly engine?: InventoryEngine;
  /** Bytes that are free where Sampan's store is. */
  readonly storeFreeBytes?: number;
  readonly images: readonly InventoryImage[];
  /** A layer stands on one before it, or on nothing: what is `on` a layer has all layers below too. */
  readonly layers: readonly InventoryLayer[];
}

/** The engine of a device. */
export interface InventoryEngine {
  readonly kind: 'docker' | 'podman';
  readonly version: string;
  /** The storage driver, such as `overlay2`. */
  readonly driver: string;
  /** True when its own `load` takes an archive without the layers that it has. */
  readonly partial: boolean;
  /** Bytes that are free where it keeps its data, if that can be seen. */
  readonly freeBytes?: number;
}

/** An image that a device has. */
export interface InventoryImage {
  readonly place: 'engine' | 'store';
  readonly names: readonly string[];
  /** Of its configuration; in an engine with containerd's store perhaps of its manifest. */
  readonly id: Digest;
  readonly platform: string;
  /** Index in `layers` of its topmost layer; absent for an image without layers. */
  readonly top?: number;
}

/** One layer on a device. */
export interface InventoryLayer {
  readonly diffId: Digest;
  /** Index of the layer below, which is smaller than its own; absent at the bottom. */
  readonly on?: number;
}
