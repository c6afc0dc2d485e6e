import { createFileList } from './files.js';
import { createMaps } from './maps.js';
import { unpack } from './model.js';
import { enhanceTables } from './tables.js';

const data = JSON.parse(document.getElementById('data').textContent);
const tree = unpack(data.files);
const columns = data.columns.filter(
  ({ name }) => tree.pack.labels[name].values.length > 1 || name === 'outcome',
);
const maps = createMaps(document.getElementById('maps'), {
  tree,
  columns,
  metrics: [
    { name: 'before', title: 'Before' },
    { name: 'after', title: 'After' },
  ],
});
createFileList(document.getElementById('file-list'), {
  tree,
  filter: 'outcome',
  columns: [
    { title: 'Before', number: 'before' },
    { title: 'After', number: 'after' },
    { title: 'Outcome', label: 'outcome' },
    { title: 'Why', label: 'reason', detail: 'package' },
  ],
  onOpen(node) {
    maps.open(tree.parents[node]);
    maps.select(node);
    document.getElementById('maps').scrollIntoView({ block: 'start' });
  },
});
enhanceTables();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
