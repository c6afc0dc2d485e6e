import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { fail } from '../../core/store/testing/index.ts';
import { formatInventory, parseInventory } from './document.ts';
import { chainsOf } from './engine.ts';
import { shareLayers } from './layers.ts';
import type { Inventory } from './types.ts';

const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];

const IMAGES = [
  { place: 'engine', names: ['x:1'], id: a, platform: 'linux/amd64', diffIds: [a, b] },
  { place: 'engine', names: [], id: b, platform: 'linux/arm64', diffIds: [a, c] },
  { place: 'store', names: ['y:1', 'z:1'], id: c, platform: 'linux/amd64', diffIds: [] },
] as const;

const INVENTORY: Inventory = {
  taken: '2026-01-01T00:00:00.000Z',
  platform: 'linux/arm64',
  engine: { kind: 'docker', version: '20.10', driver: 'overlay2', partial: true, freeBytes: 5 },
  storeFreeBytes: 7,
  ...shareLayers(IMAGES),
};

test('layers that images share are written once, and each image has all of its own', () => {
  assert.deepEqual(INVENTORY.layers, [{ diffId: a }, { diffId: b, on: 0 }, { diffId: c, on: 0 }]);
  assert.deepEqual(
    INVENTORY.images.map(({ top }) => top),
    [1, 2, undefined],
  );
  assert.deepEqual(chainsOf(IMAGES), new Set([a, digestOf(`${a} ${b}`), digestOf(`${a} ${c}`)]));
});

test('an inventory is read as it was written', () => {
  const text = formatInventory(INVENTORY);
  assert.equal(JSON.parse(text).schema, 'sampan.inventory/1');
  assert.deepEqual(parseInventory(text, 'x'), INVENTORY);
  const { engine: _, storeFreeBytes: __, ...bare } = INVENTORY;
  assert.deepEqual(parseInventory(formatInventory({ ...bare, images: [], layers: [] }), 'x').layers, []);
});

test('layers that stand on themselves or on later ones are refused: there are no circles', () => {
  for (const on of [0, 1, 5, -1, 0.5, 'x', null]) {
    const layers = JSON.stringify([{ diffId: a, on }]);
    const text = formatInventory({ ...INVENTORY, images: [], layers: [] }).replace(
      '"layers":[]',
      `"layers":${layers}`,
    );
    assert.throws(() => parseInventory(text, 'x'), fail('invalid', 'layers[0].on'));
  }
});

test('what is no inventory, is of a newer version or too long is told apart', () => {
  assert.throws(() => parseInventory('{"schema":"sampan.inventory/2"}', 'x'), fail('unsupported', 'newer'));
  for (const text of ['', '{', '[]', 'null', '{}', '{"schema":"sampan.slim/1"}']) {
    assert.throws(() => parseInventory(text, 'x'), fail('invalid'));
  }
  assert.throws(() => parseInventory(' '.repeat((16 << 20) + 1), 'x'), fail('limit'));
  const top = formatInventory(INVENTORY).replace('"top":1', '"top":3');
  assert.throws(() => parseInventory(top, 'x'), fail('invalid', 'top'));
});
