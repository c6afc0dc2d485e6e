import { isDigest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { Inventory, InventoryEngine, InventoryImage, InventoryLayer } from './types.ts';

/** The schema of the document, with its version. */
const INVENTORY_SCHEMA = 'sampan.inventory/1';

/** No inventory is larger: some hundred thousand layers. */
export const MAX_INVENTORY_BYTES = 16 << 20;

const MAX_IMAGES = 10_000;
const MAX_LAYERS = 200_000;
const MAX_NAMES = 1000;

/** The document as text: one line an image or layer, so that it can be compared. */
export function formatInventory(inventory: Inventory): string {
  const { images, layers, ...rest } = inventory;
  const head = JSON.stringify({ schema: INVENTORY_SCHEMA, ...rest }).slice(0, -1);
  const lines = (items: readonly object[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map(item => JSON.stringify(item)).join(',\n')}\n]`;
  return `${head},\n"images":${lines(images)},\n"layers":${lines(layers)}}\n`;
}

/**
 * Reads an inventory.
 *
 * @throws SampanError `invalid`, `limit`, or `unsupported` for a newer version.
 */
export function parseInventory(text: string, what: string): Inventory {
  if (text.length > MAX_INVENTORY_BYTES) {
    throw new SampanError('limit', `${what}: longer than ${MAX_INVENTORY_BYTES} bytes`);
  }
  const document = fieldsOf(parse(text, what), what);
  checkSchema(document.schema, what);
  const layers = listOf(document.layers, { what: `${what}: layers`, most: MAX_LAYERS }).map((item, i) =>
    layerOf(item, i, `${what}: layers[${i}]`),
  );
  const images = listOf(document.images, { what: `${what}: images`, most: MAX_IMAGES }).map((item, i) =>
    imageOf(item, layers.length, `${what}: images[${i}]`),
  );
  const storeFreeBytes = sizeOf(document.storeFreeBytes, `${what}: storeFreeBytes`);
  return {
    taken: textOf(document.taken, `${what}: taken`),
    platform: textOf(document.platform, `${what}: platform`),
    ...(document.engine === undefined ? {} : { engine: engineOf(document.engine, `${what}: engine`) }),
    ...(storeFreeBytes === undefined ? {} : { storeFreeBytes }),
    images,
    layers,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SampanError('invalid', `${what}: not JSON`, { cause: error });
  }
}

function checkSchema(schema: unknown, what: string): void {
  if (schema === INVENTORY_SCHEMA) return;
  if (typeof schema === 'string' && /^sampan\.inventory\/\d{1,4}$/.test(schema)) {
    throw new SampanError('unsupported', `${what}: an inventory of a newer version (${schema})`, {
      remedy: 'take a newer Sampan here, or the same one on the device',
    });
  }
  throw new SampanError('invalid', `${what}: not an inventory`, {
    remedy: 'write one on the device with: sampan inventory -o FILE',
  });
}

function engineOf(value: unknown, where: string): InventoryEngine {
  const { kind, version, driver, partial, freeBytes } = fieldsOf(value, where);
  if (kind !== 'docker' && kind !== 'podman') throw wrong(`${where}.kind`, 'docker or podman', kind);
  if (typeof partial !== 'boolean') throw wrong(`${where}.partial`, 'true or false', partial);
  const free = sizeOf(freeBytes, `${where}.freeBytes`);
  return {
    kind,
    version: textOf(version, `${where}.version`),
    driver: textOf(driver, `${where}.driver`),
    partial,
    ...(free === undefined ? {} : { freeBytes: free }),
  };
}

function layerOf(value: unknown, index: number, where: string): InventoryLayer {
  const { diffId, on } = fieldsOf(value, where);
  if (!isDigest(diffId)) throw wrong(`${where}.diffId`, 'a digest', diffId);
  // A layer stands on one that is listed before it: so there are no circles.
  if (on === undefined) return { diffId };
  return { diffId, on: indexOf(on, index, `${where}.on`) };
}

function imageOf(value: unknown, layers: number, where: string): InventoryImage {
  const { place, names, id, platform, top } = fieldsOf(value, where);
  if (place !== 'engine' && place !== 'store') throw wrong(`${where}.place`, 'engine or store', place);
  if (!isDigest(id)) throw wrong(`${where}.id`, 'a digest', id);
  return {
    place,
    names: listOf(names, { what: `${where}.names`, most: MAX_NAMES }).map(name => textOf(name, where)),
    id,
    platform: textOf(platform, `${where}.platform`),
    ...(top === undefined ? {} : { top: indexOf(top, layers, `${where}.top`) }),
  };
}

function indexOf(value: unknown, below: number, where: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < below) return value;
  throw wrong(where, `a number below ${below}`, value);
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(where, 'an object', value);
  }
  return Object.fromEntries(Object.entries(value));
}

function listOf(
  value: unknown,
  { what, most }: { readonly what: string; readonly most: number },
): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(what, 'a list', value);
  if (value.length > most) throw new SampanError('limit', `${what}: ${value.length}, at most ${most}`);
  return value;
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw wrong(where, 'a text', value);
}

function sizeOf(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(where, 'a size', value);
}

function wrong(where: string, wanted: string, got: unknown): SampanError {
  const shown = got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 60);
  return new SampanError('invalid', `${where}: wanted ${wanted}, got ${shown}`);
}
