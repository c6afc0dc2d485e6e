export { formatInventory, MAX_INVENTORY_BYTES, parseInventory } from './document.ts';
export { chainsOf, describeEngine, engineImages, freeBytesOf } from './engine.ts';
export { type LayeredImage, shareLayers } from './layers.ts';
export { type Surroundings, takeInventory } from './take.ts';
export type { Inventory, InventoryEngine, InventoryImage, InventoryLayer } from './types.ts';
