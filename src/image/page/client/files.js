import { element, formatCount, formatSize, visible } from './format.js';
import { labelOf, pathOf } from './model.js';

const PAGE_ROWS = 100;
const TYPING_MS = 120;

/**
 * A list of all files that can be searched, filtered by a label and sorted. `columns`: `{ title, number }` for sizes,
 * `{ title, label, detail }` for texts (`detail` is a second label, smaller); `filter` is the label to choose by.
 * `onOpen(node)` is called for the file that the user asks for.
 */
export function createFileList(container, { tree, columns, filter, onOpen }) {
  const parts = frame(container, { columns, choices: tree.pack.labels[filter].values });
  const nodes = [];
  tree.leafOf.forEach((leaf, node) => {
    if (leaf >= 0) nodes.push(node);
  });
  const first = columns.find(column => column.number !== undefined)?.number;
  const list = {
    tree,
    columns,
    filter,
    onOpen,
    parts,
    nodes,
    key: first,
    falling: true,
    shown: PAGE_ROWS,
    found: [],
  };
  let typing = 0;
  parts.search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => find(list), TYPING_MS);
  });
  parts.filter.addEventListener('change', () => find(list));
  parts.more.addEventListener('click', () => showMore(list));
  for (const [key, button] of parts.sorts) button.addEventListener('click', () => sortBy(list, key));
  find(list);
}

function frame(container, { columns, choices }) {
  const search = element('input', {
    type: 'search',
    placeholder: 'path, reason or package',
    'aria-label': 'Search files',
    spellcheck: 'false',
  });
  const filter = element(
    'select',
    { 'aria-label': 'Show only' },
    element('option', { value: '', text: 'all files' }),
  );
  choices.forEach((text, at) => {
    filter.append(element('option', { value: String(at), text: visible(text) }));
  });
  const count = element('p', { class: 'count', 'aria-live': 'polite' });
  const sorts = new Map();
  const heads = [{ title: 'File' }, ...columns].map(({ title, number }) => {
    const key = number ?? (title === 'File' ? 'path' : undefined);
    if (key === undefined) return element('th', { scope: 'col', text: title });
    const button = element('button', { type: 'button', text: title });
    sorts.set(key, button);
    return element('th', { scope: 'col', class: number && 'number' }, button);
  });
  const body = element('tbody');
  const more = element('button', { type: 'button', class: 'more', text: 'Show more' });
  container.replaceChildren(
    element('div', { class: 'filters' }, search, filter, count),
    element(
      'div',
      { class: 'scroll' },
      element('table', { class: 'files' }, element('thead', {}, element('tr', {}, ...heads)), body),
    ),
    more,
  );
  return { search, filter, count, sorts, body, more };
}

/** What is searched in, made once: 50 000 paths take a moment. */
function haystack(list) {
  const { tree } = list;
  list.texts ??= list.nodes.map(node =>
    [pathOf(tree, node), ...Object.keys(tree.pack.labels).map(column => labelOf(tree, node, column))]
      .join('\n')
      .toLowerCase(),
  );
  return list.texts;
}

function find(list) {
  const { tree, parts, nodes } = list;
  const words = parts.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = parts.filter.value;
  const { index } = tree.pack.labels[list.filter];
  const texts = words.length > 0 ? haystack(list) : [];
  list.found = nodes.filter(
    (node, i) =>
      (wanted === '' || index[tree.leafOf[node]] === Number(wanted)) &&
      words.every(word => texts[i].includes(word)),
  );
  sort(list);
}

function sortBy(list, key) {
  list.falling = list.key === key ? !list.falling : key !== 'path';
  list.key = key;
  sort(list);
}

function sort(list) {
  const { tree, key } = list;
  const sign = list.falling ? -1 : 1;
  // Nodes are in the order of their paths.
  if (key === 'path') list.found.sort((a, b) => sign * (a - b));
  else list.found.sort((a, b) => sign * (tree.totals[key][a] - tree.totals[key][b]) || a - b);
  for (const [name, button] of list.parts.sorts) {
    const order = list.falling ? 'descending' : 'ascending';
    button.parentElement.setAttribute('aria-sort', name === key ? order : 'none');
  }
  list.shown = PAGE_ROWS;
  list.parts.body.replaceChildren();
  render(list);
}

function showMore(list) {
  list.shown += PAGE_ROWS * 5;
  render(list);
}

/** Rows are added only: those that are there stay, and so does the place of the reader. */
function render(list) {
  const { parts, found, tree } = list;
  const rows = found.slice(parts.body.rows.length, list.shown).map(node => rowOf(list, node));
  parts.body.append(...rows);
  const bytes = found.reduce((sum, node) => sum + tree.totals[list.columns[0].number][node], 0);
  parts.count.textContent = `${formatCount(found.length)} files, ${formatSize(bytes)}`;
  parts.more.hidden = found.length <= list.shown;
}

function rowOf(list, node) {
  const { tree, columns } = list;
  const path = visible(pathOf(tree, node));
  const cut = path.lastIndexOf('/') + 1;
  const link = element(
    'button',
    { type: 'button', class: 'path', title: 'show it in the treemap', onclick: () => list.onOpen(node) },
    element('span', { text: path.slice(0, cut) }),
    path.slice(cut),
  );
  const cells = columns.map(({ number, label, detail }) => {
    if (number !== undefined)
      return element('td', { class: 'number', text: formatSize(tree.totals[number][node]) });
    const text = labelOf(tree, node, label);
    const more = detail === undefined ? '' : labelOf(tree, node, detail);
    const mark = label === list.filter ? `badge ${/^[a-z-]+$/.test(text) ? text : ''}` : undefined;
    return element(
      'td',
      {},
      element('span', { class: mark, text: visible(text) }),
      ...(more === '' ? [] : [element('small', { text: visible(more) })]),
    );
  });
  return element('tr', {}, element('th', { scope: 'row' }, link), ...cells);
}
