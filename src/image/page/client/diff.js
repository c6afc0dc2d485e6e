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
    columns: data.columns.filter(({ name }) => tree.pack.labels[name].values.length > 1 || name === 'change'),
    metrics: [
      { name: 'before', title: 'Before' },
      { name: 'after', title: 'After' },
    ],
    hint: 'Choose a file to see what happened to it.',
  });
  createFileList(document.getElementById('file-list'), {
    tree,
    filter: 'change',
    columns: [
      { title: 'Before', number: 'before' },
      { title: 'After', number: 'after' },
      { title: 'Change', label: 'change', detail: 'package' },
    ],
    onOpen(node) {
      maps.open(tree.parents[node]);
      maps.select(node);
      document.getElementById('maps').scrollIntoView({ block: 'start' });
    },
  });
}
