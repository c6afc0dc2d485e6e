/**
 * Unpacks a prefix tree (`pack.ts`). Node 0 is the root. `leafOf` is the row of a file in the columns, -1 for a
 * directory; `totals[name][node]` is the sum of a numeric column over all files below a node.
 */
export function unpack(pack) {
  const count = pack.names.length + 1;
  const tree = {
    names: [''],
    parents: new Int32Array(count).fill(-1),
    leafOf: new Int32Array(count).fill(-1),
    children: [[]],
    totals: {},
    files: new Int32Array(count),
    pack,
  };
  const open = [0];
  let leaves = 0;
  for (let i = 0; i < pack.names.length; i++) {
    const node = i + 1;
    const name = pack.names[i];
    const parent = open[pack.depths[i]];
    tree.names.push(name.endsWith('/') ? name.slice(0, -1) : name);
    tree.parents[node] = parent;
    tree.children[parent].push(node);
    tree.children.push([]);
    if (name.endsWith('/')) open[pack.depths[i] + 1] = node;
    else tree.leafOf[node] = leaves++;
  }
  sumUp(tree, count);
  return tree;
}

/** Children come after their parents, so that one walk from the end reaches all. */
function sumUp(tree, count) {
  for (const name of Object.keys(tree.pack.numbers)) tree.totals[name] = new Float64Array(count);
  for (let node = count - 1; node >= 0; node--) {
    const leaf = tree.leafOf[node];
    const parent = tree.parents[node];
    if (leaf >= 0) tree.files[node] = 1;
    for (const [name, totals] of Object.entries(tree.totals)) {
      if (leaf >= 0) totals[node] = tree.pack.numbers[name][leaf];
      if (parent >= 0) totals[parent] += totals[node];
    }
    if (parent >= 0) tree.files[parent] += tree.files[node];
  }
}

/** The nodes from the root to `node`, both among them. */
export function trail(tree, node) {
  const nodes = [];
  for (let at = node; at >= 0; at = tree.parents[at]) nodes.unshift(at);
  return nodes;
}

/** The absolute path of a node. */
export function pathOf(tree, node) {
  return `/${trail(tree, node)
    .slice(1)
    .map(at => tree.names[at])
    .join('/')}`;
}

/** The text that a file has in a column of labels. */
export function labelOf(tree, node, column) {
  const labels = tree.pack.labels[column];
  return labels === undefined ? '' : labels.values[labels.index[tree.leafOf[node]]];
}

/**
 * Which label most bytes below a node have, as an index into the values of the column: for directories that are
 * too small to show what is in them. One walk from the end, by the heaviest child.
 */
export function prevailing(tree, column, metric) {
  const { index } = tree.pack.labels[column];
  const totals = tree.totals[metric];
  const labels = new Int32Array(totals.length).fill(-1);
  const heaviest = new Float64Array(totals.length).fill(-1);
  for (let node = totals.length - 1; node > 0; node--) {
    if (tree.leafOf[node] >= 0) labels[node] = index[tree.leafOf[node]];
    const parent = tree.parents[node];
    if (totals[node] <= heaviest[parent]) continue;
    heaviest[parent] = totals[node];
    labels[parent] = labels[node];
  }
  return labels;
}
