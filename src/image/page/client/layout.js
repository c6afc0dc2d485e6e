/**
 * Squarified treemap (Bruls, Huizing, van Wijk, 2000): divides a rectangle by `values`, which fall and are all
 * above 0, into rectangles `[x, y, width, height]` that are as square as the next value lets them be.
 */
export function squarify(values, [x, y, width, height]) {
  const rectangles = [];
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total <= 0 || width <= 0 || height <= 0) return values.map(() => [x, y, 0, 0]);
  const scale = (width * height) / total;
  let room = { x, y, width, height };
  for (let from = 0; from < values.length; ) {
    const side = Math.min(room.width, room.height);
    const { to, area } = fillRow(values, { from, side, scale });
    room = placeRow(values, { from, to, area, scale, room, rectangles });
    from = to;
  }
  return rectangles;
}

/** Adds values to a row for as long as its worst ratio gets better. */
function fillRow(values, { from, side, scale }) {
  const largest = values[from] * scale;
  let area = 0;
  let worst = Number.POSITIVE_INFINITY;
  let to = from;
  for (; to < values.length; to++) {
    const smallest = values[to] * scale;
    const next = area + smallest;
    const ratio = Math.max((side * side * largest) / (next * next), (next * next) / (side * side * smallest));
    if (ratio > worst) break;
    worst = ratio;
    area = next;
  }
  return { to: Math.max(to, from + 1), area: area > 0 ? area : largest };
}

function placeRow(values, { from, to, area, scale, room, rectangles }) {
  const upright = room.width >= room.height;
  const side = upright ? room.height : room.width;
  const thickness = side > 0 ? Math.min(area / side, upright ? room.width : room.height) : 0;
  let at = upright ? room.y : room.x;
  for (let i = from; i < to; i++) {
    const length = thickness > 0 ? (values[i] * scale) / thickness : 0;
    rectangles.push(upright ? [room.x, at, thickness, length] : [at, room.y, length, thickness]);
    at += length;
  }
  return upright
    ? { ...room, x: room.x + thickness, width: Math.max(0, room.width - thickness) }
    : { ...room, y: room.y + thickness, height: Math.max(0, room.height - thickness) };
}

const HEADER = 17;
const LEAST_AREA = 6;

/**
 * The cells of a treemap below `root`, parents before what is in them: `{ node, x, y, width, height, depth, open,
 * named, from }`. A directory is open when it is large enough to show what is in it, and named when there is room
 * for a line with its name. Directories that only hold one another share a cell: `from` is the outermost, `node` the
 * innermost of them.
 */
export function layoutCells(tree, { root, metric, width, height }) {
  const totals = tree.totals[metric];
  const cells = [];
  const waiting = [{ node: root, from: root, x: 0, y: 0, width, height, depth: 0 }];
  // A list in place of recursion: an image may hold a path of any depth.
  while (waiting.length > 0) {
    const cell = cellOf(tree, waiting.pop(), totals);
    cells.push(cell);
    if (cell.open) waiting.push(...divide(tree, cell, totals));
  }
  return cells;
}

function cellOf(tree, place, totals) {
  const { width, height, depth } = place;
  const node = depth === 0 ? place.node : innermost(tree, place.node, totals);
  const isDirectory = tree.leafOf[node] < 0;
  // Crowds too small to be seen are one block: gaps would look like nothing at all.
  const room = (width * height) / (tree.children[node].length + 1);
  const open = isDirectory && width > 3 && height > 3 && room > LEAST_AREA / 2;
  const named = open && depth > 0 && width > 34 && height > HEADER * 2;
  return { ...place, node, from: place.node, open, named };
}

function innermost(tree, node, totals) {
  let at = node;
  for (;;) {
    const inside = tree.children[at].filter(child => totals[child] > 0);
    if (inside.length !== 1 || tree.leafOf[inside[0]] >= 0) return at;
    at = inside[0];
  }
}

function divide(tree, cell, totals) {
  const children = tree.children[cell.node].filter(node => totals[node] > 0);
  children.sort((a, b) => totals[b] - totals[a] || a - b);
  const inset = cell.named ? 2 : 0;
  const top = cell.named ? HEADER : 0;
  const inside = [
    cell.x + inset,
    cell.y + top,
    Math.max(0, cell.width - 2 * inset),
    Math.max(0, cell.height - top - inset),
  ];
  const values = children.map(node => totals[node]);
  return squarify(values, inside)
    .map(([x, y, width, height], i) => ({ node: children[i], x, y, width, height, depth: cell.depth + 1 }))
    .filter(({ width, height }) => width * height >= LEAST_AREA / 6);
}
