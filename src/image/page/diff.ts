import { formatCount, formatSize } from '../../core/text/index.ts';
import type { ImageDiff } from '../diff/index.ts';
import { fileTypeOf } from './file-type.ts';
import { framedPage } from './frame.ts';
import { type Html, html } from './html.ts';
import type { DiffPageData } from './inspect-data.ts';
import { figure } from './inspect-tables.ts';
import { packFiles } from './pack.ts';

const COLUMNS = [
  { name: 'change', title: 'what happened' },
  { name: 'package', title: 'package' },
  { name: 'type', title: 'type' },
];

/** A page that compares two images, with the promises of the other pages. */
export function diffPage({ diff, files, version }: DiffPageData): string {
  const packed = packFiles(
    files.map(file => ({
      path: file.path,
      numbers: { before: file.before, after: file.after },
      labels: { change: file.change, package: file.package, type: fileTypeOf(file.path) },
    })),
  );
  return framedPage({
    kind: 'diff',
    title: `${diff.before.image} and ${diff.after.image}, compared`,
    header: header(diff),
    leads: {
      map: 'Each image fills its map; going into a directory of one goes into that of the other too.',
      files: 'Every file of both images.',
    },
    sections: changeSections(diff),
    columns: COLUMNS,
    files: packed,
    version,
  });
}

function changeSections(diff: ImageDiff): readonly Html[] {
  return [
    changes('layers', 'Layers', ['', 'Size', 'Instruction'], layerRows(diff)),
    changes(
      'config',
      'Configuration',
      ['', 'Before', 'After'],
      diff.config.map(each => [each.name, each.before, each.after]),
    ),
    changes(
      'packages',
      'Packages',
      ['Package', 'Before', 'After', 'Growth'],
      diff.packages.map(each => [
        `${each.type} ${each.name}`,
        each.before,
        each.after,
        growth(each.bytesAfter - each.bytesBefore),
      ]),
    ),
  ];
}

function header(diff: ImageDiff): Html {
  const count = (kind: string): string => formatCount(diff.files.filter(file => file.kind === kind).length);
  return html`<header>
<p class="eyebrow">sampan diff</p>
<h1>${diff.before.image} <span aria-hidden="true">→</span> ${diff.after.image}</h1>
<p class="sizes"><span class="was">${formatSize(diff.before.sizeBytes)}</span><span aria-hidden="true">→</span><span>${formatSize(diff.after.sizeBytes)}</span><span class="gain">${growth(diff.growthBytes)}</span></p>
<dl class="figures">
${figure('An update carries', formatSize(diff.updateBytes))}
${figure('Added', count('added'))}
${figure('Removed', count('removed'))}
${figure('Changed', count('content'))}
${figure('Metadata', count('metadata'))}
${figure('Packages', formatCount(diff.packages.length))}
</dl>
</header>`;
}

function growth(bytes: number): string {
  return bytes > 0 ? `+${formatSize(bytes)}` : bytes < 0 ? `−${formatSize(-bytes)}` : 'same size';
}

function layerRows({ layers }: ImageDiff): string[][] {
  return layers.map(layer => [
    layer.status,
    formatSize(layer.compressedBytes),
    layer.instruction.slice(0, 300) || (layer.diffId ?? ''),
  ]);
}

function changes(
  id: string,
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Html {
  if (rows.length === 0) return html``;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<div class="scroll"><table class="sortable" id="${id}-table" data-most="20">
<thead><tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows.slice(0, 1000).map(
  ([
    first,
    ...cells
  ]) => html`<tr><th scope="row">${first}</th>${cells.map(text => html`<td>${text}</td>`)}</tr>
`,
)}</tbody></table></div>
</section>`;
}
