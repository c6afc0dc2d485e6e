import { inkOn } from './colors.js';
import { element, formatShare, formatSize, visible } from './format.js';
import { layoutCells } from './layout.js';

/**
 * A treemap on a canvas: `{ show(root), paint(colors), cells() }`. `onOpen(node)` is called when the user goes into
 * a directory, or out (the parent); `onSelect(node)` for a file; `onPoint(node, event)` when the pointer or the keys are on
 * a node, -1 for none; `labelFor(node)` says in words what a node is.
 */
export function createTreemap(container, options) {
  const canvas = element('canvas', { tabindex: '0', role: 'application', 'aria-label': options.label });
  container.replaceChildren(canvas);
  const map = { ...options, canvas, root: 0, cells: [], colors: undefined, pointed: -1, frame: 0 };
  canvas.addEventListener('pointermove', event => point(map, cellAt(map, event)?.node ?? -1, event));
  canvas.addEventListener('pointerleave', event => point(map, -1, event));
  canvas.addEventListener('click', event => activate(map, cellAt(map, event), event));
  canvas.addEventListener('keydown', event => pressed(map, event));
  canvas.addEventListener('blur', event => point(map, -1, event));
  new ResizeObserver(() => relayout(map)).observe(container);
  return {
    show(root) {
      map.root = root;
      map.pointed = -1;
      relayout(map);
    },
    paint(colors) {
      map.colors = colors;
      redraw(map);
    },
    cells: () => map.cells,
  };
}

function relayout(map) {
  const { width, height } = map.canvas.getBoundingClientRect();
  const ratio = window.devicePixelRatio || 1;
  map.canvas.width = Math.round(width * ratio);
  map.canvas.height = Math.round(height * ratio);
  map.cells = layoutCells(map.tree, { root: map.root, metric: map.metric, width, height });
  redraw(map);
}

function redraw(map) {
  cancelAnimationFrame(map.frame);
  map.frame = requestAnimationFrame(() => draw(map));
}

function draw(map) {
  if (map.colors === undefined) return;
  const style = getComputedStyle(map.canvas);
  const look = {
    ratio: window.devicePixelRatio || 1,
    font: style.fontFamily,
    surface: style.getPropertyValue('--map-surface').trim(),
    ink: style.getPropertyValue('--ink-soft').trim(),
    mark: style.getPropertyValue('--ink').trim(),
  };
  const context = map.canvas.getContext('2d');
  context.setTransform(look.ratio, 0, 0, look.ratio, 0, 0);
  context.fillStyle = look.surface;
  context.fillRect(0, 0, map.canvas.width, map.canvas.height);
  context.textBaseline = 'middle';
  for (const cell of map.cells) {
    if (cell.named) drawDirectory(context, { map, cell, look });
    else if (!cell.open) drawLeaf(context, { map, cell, look });
  }
  const pointed = map.cells.find(cell => cell.node === map.pointed);
  if (pointed !== undefined) outline(context, pointed, look);
  if (map.tree.totals[map.metric][map.root] === 0) drawEmpty(context, look);
}

function drawDirectory(context, { map, cell, look }) {
  context.font = `600 11px ${look.font}`;
  context.fillStyle = look.ink;
  const name = `${visible(namesBetween(map.tree, cell.from, cell.node))}/`;
  context.fillText(fitText(context, name, cell.width - 8), cell.x + 4, cell.y + 9);
}

/** `usr/lib`: the names from one directory to another that is in it. */
function namesBetween(tree, from, to) {
  const names = [];
  for (let at = to; at !== tree.parents[from]; at = tree.parents[at]) names.unshift(tree.names[at]);
  return names.join('/');
}

function drawLeaf(context, { map, cell, look }) {
  const color = map.colors.of(cell.node);
  const gap = cell.width > 4 && cell.height > 4 ? 1 : 0.25;
  context.fillStyle = color;
  context.fillRect(cell.x, cell.y, Math.max(0.5, cell.width - gap), Math.max(0.5, cell.height - gap));
  if (cell.width < 44 || cell.height < 16) return;
  context.font = `11px ${look.font}`;
  context.fillStyle = inkOn(color);
  const name = visible(map.tree.names[cell.node]) + (map.tree.leafOf[cell.node] < 0 ? '/' : '');
  context.fillText(fitText(context, name, cell.width - 8), cell.x + 4, cell.y + 10);
  if (cell.height < 34) return;
  const size = formatSize(map.tree.totals[map.metric][cell.node]);
  context.globalAlpha = 0.75;
  context.fillText(fitText(context, size, cell.width - 8), cell.x + 4, cell.y + 24);
  context.globalAlpha = 1;
}

function drawEmpty(context, look) {
  context.font = `13px ${look.font}`;
  context.fillStyle = look.ink;
  context.fillText('nothing is left here', 12, 20);
}

function outline(context, cell, look) {
  context.strokeStyle = look.mark;
  context.lineWidth = 2;
  context.strokeRect(cell.x + 1, cell.y + 1, Math.max(1, cell.width - 2), Math.max(1, cell.height - 2));
}

/** The longest beginning of `text` that fits, by halving: measuring is what costs. */
function fitText(context, text, width) {
  if (width < 12) return '';
  const start = text.slice(0, 200);
  if (start.length === text.length && context.measureText(text).width <= width) return text;
  let fits = 0;
  let over = start.length;
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (context.measureText(`${start.slice(0, middle)}…`).width <= width) fits = middle;
    else over = middle;
  }
  return fits === 0 ? '' : `${start.slice(0, fits)}…`;
}

/** The innermost cell under the pointer: parents come first. */
function cellAt(map, event) {
  const box = map.canvas.getBoundingClientRect();
  const x = event.clientX - box.left;
  const y = event.clientY - box.top;
  return map.cells.findLast(
    cell => x >= cell.x && x < cell.x + cell.width && y >= cell.y && y < cell.y + cell.height,
  );
}

function point(map, node, event) {
  const at = node === map.root ? -1 : node;
  map.onPoint(at, event);
  if (at === map.pointed) return;
  map.pointed = at;
  redraw(map);
}

/** A directory's own name opens it; anything else opens the next directory on the way there. */
function activate(map, cell, event) {
  if (cell === undefined || cell.node === map.root) return;
  if (map.tree.leafOf[cell.node] >= 0) map.onSelect(cell.node);
  const target = cell.named ? cell.node : childTowards(map, cell);
  if (map.tree.leafOf[target] >= 0) return;
  map.onPoint(-1, event);
  map.onOpen(target);
}

/** The node of the outermost cell that holds this one. */
function childTowards(map, cell) {
  const middleX = cell.x + cell.width / 2;
  const middleY = cell.y + cell.height / 2;
  return map.cells.find(
    ({ depth, x, y, width, height }) =>
      depth === 1 && middleX >= x && middleX <= x + width && middleY >= y && middleY <= y + height,
  ).node;
}

/** Arrows go through what is in the directory, from the largest on; Enter goes in, Escape out. */
function pressed(map, event) {
  const inside = map.cells.filter(cell => cell.depth === 1).sort((a, b) => size(map, b) - size(map, a));
  const at = inside.findIndex(cell => cell.node === map.pointed);
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  if (event.key in steps && inside.length > 0) {
    const next = at < 0 ? 0 : (at + steps[event.key] + inside.length) % inside.length;
    point(map, inside[next].node, event);
  } else if (event.key === 'Enter' && at >= 0) activate(map, inside[at], event);
  else if ((event.key === 'Escape' || event.key === 'Backspace') && map.root !== 0) {
    map.onOpen(map.tree.parents[map.root]);
  } else return;
  event.preventDefault();
}

function size(map, cell) {
  return map.tree.totals[map.metric][cell.node];
}

/** `12.4 MB, 8.2 % of /usr`: how large a node is beside the one that is shown. */
export function sizeInWords(tree, { node, root, metric }) {
  const whole = tree.totals[metric][root];
  const own = tree.totals[metric][node];
  const place = root === 0 ? 'all' : visible(tree.names[root]);
  return `${formatSize(own)}, ${formatShare(own / whole)} of ${place}`;
}
