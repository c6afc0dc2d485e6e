import type { Size } from './world.ts';

/** Where things are on the screen. */
export interface Layout {
  /** Of the list of layers. */
  readonly left: number;
  /** Of the tree. */
  readonly right: number;
  /** Lines of the panes, below their titles. */
  readonly body: number;
  /** Lines of the list of layers; below it are the details of one. */
  readonly layers: number;
  /** Lines of the list of findings; below it are the details of one. */
  readonly findings: number;
}

/** The least screen on which it makes sense. */
export const LEAST: Size = { columns: 40, rows: 12 };

/** Title, titles of panes; path, remark, keys. */
const OTHER_LINES = 5;

/** Divides a screen. */
export function layoutOf({ columns, rows }: Size, layerCount: number): Layout {
  const left = Math.max(16, Math.min(60, Math.round(columns * 0.42)));
  const body = Math.max(1, rows - OTHER_LINES);
  const layers = Math.max(1, Math.min(layerCount, Math.floor(body * 0.55)));
  return { left, right: columns - left - 1, body, layers, findings: Math.max(1, Math.floor(body * 0.4)) };
}
