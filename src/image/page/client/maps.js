import { colorsFor } from './colors.js';
import { element, formatCount, formatSize, visible } from './format.js';
import { labelOf, pathOf, trail } from './model.js';
import { createTreemap, sizeInWords } from './treemap.js';

/**
 * Treemaps of the same tree side by side, one for each `metrics` (`{ name, title }`), which zoom together, with
 * breadcrumbs, a choice of colours (`columns`: `{ name, title }`), a legend and a line on the file that was chosen.
 */
export function createMaps(container, { tree, metrics, columns, hint }) {
  const parts = frame(container, { metrics, columns, hint });
  const state = { tree, metrics, columns, column: columns[0].name, root: 0, parts, maps: [] };
  state.maps = metrics.map(({ name, title }) =>
    createTreemap(parts.figures[name], {
      tree,
      metric: name,
      label: `Treemap, ${title}. Arrow keys go through what is here, Enter goes in, Escape out.`,
      onOpen: node => openNode(state, node),
      onSelect: node => selectNode(state, node),
      onPoint: (node, event) => pointAt(state, { node, metric: name, event }),
    }),
  );
  parts.select.addEventListener('change', () => {
    state.column = parts.select.value;
    paint(state);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => paint(state));
  matchMedia('print').addEventListener('change', () => paint(state));
  paint(state);
  openNode(state, 0);
  return { open: node => openNode(state, node), select: node => selectNode(state, node) };
}

function frame(container, { metrics, columns, hint = 'Choose a file to see why it was kept or dropped.' }) {
  const select = element('select', { id: 'color-by' });
  for (const { name, title } of columns) select.append(element('option', { value: name, text: title }));
  const crumbs = element('ol', { class: 'crumbs' });
  const figures = {};
  const captions = {};
  const row = element('div', { class: 'maps' });
  for (const { name, title } of metrics) {
    figures[name] = element('div', { class: 'map' });
    captions[name] = element('span', { class: 'map-size' });
    const caption = element('figcaption', {}, element('b', { text: title }), captions[name]);
    row.append(element('figure', {}, caption, figures[name]));
  }
  const legend = element('ul', { class: 'legend' });
  const chosen = element('p', { class: 'chosen', text: hint });
  const spoken = element('p', { class: 'spoken', 'aria-live': 'polite' });
  const tip = element('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });
  container.replaceChildren(
    element(
      'div',
      { class: 'map-bar' },
      element('nav', { 'aria-label': 'Directory that is shown' }, crumbs),
      element('label', { class: 'choice', for: 'color-by', text: 'Colour by ' }, select),
    ),
    row,
    legend,
    chosen,
    spoken,
  );
  document.body.append(tip);
  return { select, crumbs, figures, captions, legend, chosen, spoken, tip };
}

function openNode(state, node) {
  const { tree, parts } = state;
  state.root = node;
  for (const map of state.maps) map.show(node);
  for (const { name } of state.metrics)
    parts.captions[name].textContent = formatSize(tree.totals[name][node]);
  const nodes = trail(tree, node);
  parts.crumbs.replaceChildren(
    ...nodes.map(at => {
      const text = at === 0 ? '/' : visible(tree.names[at]);
      if (at === node) return element('li', {}, element('span', { 'aria-current': 'location', text }));
      return element(
        'li',
        {},
        element('button', { type: 'button', text, onclick: () => openNode(state, at) }),
      );
    }),
  );
  parts.spoken.textContent = `${visible(pathOf(tree, node))}, ${formatCount(tree.files[node])} files`;
}

function selectNode(state, node) {
  const { tree, parts } = state;
  const facts = describe(state, node);
  parts.chosen.replaceChildren(
    element('code', { text: visible(pathOf(tree, node)) }),
    ...facts.map(fact => element('span', { text: fact })),
  );
}

/** What is known of a node, in short texts. */
function describe({ tree, metrics }, node) {
  const sizes = metrics
    .map(({ name, title }) => `${title.toLowerCase()} ${formatSize(tree.totals[name][node])}`)
    .join(', ');
  if (tree.leafOf[node] < 0) return [`${formatCount(tree.files[node])} files`, sizes];
  const labels = Object.keys(tree.pack.labels)
    .map(column => labelOf(tree, node, column))
    .filter(text => text !== '');
  return [sizes, ...labels.map(visible)];
}

function pointAt(state, { node, metric, event }) {
  const { tree, parts } = state;
  const { tip } = parts;
  tip.hidden = node < 0 || event.pointerType === 'touch';
  if (node < 0) return;
  const size = sizeInWords(tree, { node, root: state.root, metric });
  const isFile = tree.leafOf[node] >= 0;
  const path = visible(pathOf(tree, node)) + (isFile ? '' : '/');
  const facts = describe(state, node);
  if (event.type === 'keydown') parts.spoken.textContent = `${path}: ${size}. ${facts.join(', ')}`;
  tip.replaceChildren(
    element('b', { text: path }),
    element('span', { text: size }),
    ...facts.map(text => element('span', { text })),
  );
  placeTip(tip, event);
}

function placeTip(tip, event) {
  const box = tip.getBoundingClientRect();
  const around = event.target.getBoundingClientRect();
  const x = event.clientX ?? around.left + 8;
  const y = event.clientY ?? around.top + 8;
  const left = Math.min(x + 14, window.innerWidth - box.width - 8);
  const below = y + 16 + box.height < window.innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${below ? y + 16 : Math.max(8, y - box.height - 12)}px`;
}

function paint(state) {
  const { tree, metrics, column, parts } = state;
  const colors = colorsFor(tree, column, metrics);
  for (const [i, { name }] of metrics.entries()) state.maps[i].paint({ of: colors.of(name) });
  parts.legend.replaceChildren(
    ...colors.legend.map(({ text, color, bytes }) => {
      const swatch = element('i', {});
      swatch.style.background = color;
      return element(
        'li',
        {},
        swatch,
        `${visible(text) || 'none'} `,
        element('small', { text: formatSize(bytes) }),
      );
    }),
  );
}
