import { createFileList } from './files.js';
import { createMaps } from './maps.js';
import { unpack } from './model.js';
import { enhanceTables } from './tables.js';

const data = JSON.parse(document.getElementById('data').textContent);
if (data.files.names.length > 0) show();
enhanceTables();
document.documentElement.dataset.ready = String(Math.round(performance.now()));

function show() {
  const tree = unpack(data.files);
  const maps = createMaps(document.getElementById('maps'), {
    tree,
    columns: data.columns.filter(({ name }) => tree.pack.labels[name].values.length > 1 || name === 'type'),
    metrics: [{ name: 'size', title: 'Size' }],
    hint: 'Choose a file to see what is known of it.',
  });
  createFileList(document.getElementById('file-list'), {
    tree,
    filter: 'waste',
    columns: [
      { title: 'Size', number: 'size' },
      { title: 'Waste', label: 'waste' },
      { title: 'Package', label: 'package', detail: 'layer' },
    ],
    onOpen(node) {
      maps.open(tree.parents[node]);
      maps.select(node);
      document.getElementById('maps').scrollIntoView({ block: 'start' });
    },
  });
}
