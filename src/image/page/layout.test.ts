import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from './pack.ts';

type Box = readonly [x: number, y: number, width: number, height: number];

interface Cell {
  readonly node: number;
  readonly from: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

interface Layout {
  squarify(values: readonly number[], box: Box): Box[];
  layoutCells(
    tree: unknown,
    view: { readonly root: number; readonly metric: string; readonly width: number; readonly height: number },
  ): Cell[];
}

const layout: Layout = await import(new URL('client/layout.js', import.meta.url).href);
const model: { unpack(pack: unknown): unknown } = await import(
  new URL('client/model.js', import.meta.url).href
);

const near = (a: number, b: number) => Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b));

test('areas are in proportion to the values, within the box, and fill it', () => {
  for (const values of [[1], [5, 3, 1], Array.from({ length: 500 }, (_, i) => 500 - i), [1e12, 1, 1e-3]]) {
    const total = values.reduce((sum, value) => sum + value, 0);
    const boxes = layout.squarify(values, [10, 20, 300, 200]);
    equal(boxes.length, values.length);
    for (const [i, [x, y, width, height]] of boxes.entries()) {
      ok(near(width * height, (values[i]! / total) * 60_000), `${values[i]} of ${total}`);
      ok(x >= 10 - 1e-6 && y >= 20 - 1e-6 && x + width <= 310 + 1e-6 && y + height <= 220 + 1e-6);
    }
  }
});

test('equal values get areas that are nearly square', () => {
  for (const [, , width, height] of layout.squarify(Array(24).fill(1), [0, 0, 600, 400])) {
    ok(Math.max(width / height, height / width) < 1.6);
  }
});

test('nothing, and a box without area, are laid out without a number that is none', () => {
  equal(layout.squarify([], [0, 0, 10, 10]).length, 0);
  for (const box of layout.squarify([2, 1], [0, 0, 0, 10])) ok(box.every(Number.isFinite));
});

test('directories that only hold one another share a cell, at any depth', () => {
  const path = `${'/d'.repeat(20_000)}/file`;
  const tree = model.unpack(packFiles([{ path, numbers: { size: 1 }, labels: {} }]));
  const cells = layout.layoutCells(tree, { root: 0, metric: 'size', width: 400, height: 300 });
  equal(cells.length, 3);
  equal(cells[1]!.from, 1);
  equal(cells[1]!.node, 20_000);
});
