import { formatCount, formatSize } from '../../core/text/index.ts';
import type { Inspection } from '../inspect/index.ts';
import { fileTypeOf } from './file-type.ts';
import { framedPage } from './frame.ts';
import { type Html, html } from './html.ts';
import type { InspectPageData } from './inspect-data.ts';
import { figure, findingSection, layerSection, packageTable } from './inspect-tables.ts';
import { packFiles } from './pack.ts';

const COLUMNS = [
  { name: 'waste', title: 'waste' },
  { name: 'layer', title: 'layer' },
  { name: 'package', title: 'package' },
  { name: 'type', title: 'type' },
];

/**
 * A page about an image: one HTML file that needs no network and no other file. The same data gives the same page, and
 * nothing in the data can become code or markup.
 */
export function inspectPage({ inspection, files, version }: InspectPageData): string {
  const names = inspection.layers.filter(layer => layer.unread === undefined).map(layerName);
  const packed = packFiles(
    files.map(file => ({
      path: file.path,
      numbers: { size: file.size },
      labels: {
        waste: file.waste,
        layer: names[file.layer] ?? '',
        package: file.package,
        type: fileTypeOf(file.path),
      },
    })),
  );
  return framedPage({
    kind: 'inspect',
    title: `${inspection.image}, inspected`,
    header: header(inspection),
    leads: {
      map: 'Each area is as large as its files. Go into a directory to see more of it.',
      files: 'Every file that a container sees.',
    },
    sections: [
      findingSection(inspection.findings),
      layerSection(inspection.layers),
      packageTable(inspection.packages),
    ],
    columns: COLUMNS,
    files: packed,
    version,
  });
}

function layerName({ index, instruction }: Inspection['layers'][number]): string {
  return instruction === '' ? `layer ${index + 1}` : `layer ${index + 1}: ${instruction.slice(0, 120)}`;
}

function header(inspection: Inspection): Html {
  const { totals, base, layers, packages } = inspection;
  return html`<header>
<p class="eyebrow">sampan inspect</p>
<h1>${inspection.image}</h1>
<p class="identity"><span>${inspection.platform}</span>${base.name === '' ? undefined : html`<span>on ${base.name}</span>`}<span><code>${inspection.id.slice(0, 19)}</code></span></p>
<p class="sizes"><span>${formatSize(totals.sizeBytes)}</span><span class="gain">${formatSize(totals.reclaimableBytes)} could go</span></p>
${shareBar(totals.sizeBytes === 0 ? 0 : totals.reclaimableBytes / totals.sizeBytes)}
<dl class="figures">
${figure('Files', formatCount(totals.files))}
${figure('Packages', formatCount(packages.length))}
${figure('Layers', String(layers.length))}
${figure('Stored', formatSize(totals.storedBytes))}
${figure('Hidden', formatSize(totals.hiddenBytes))}
${figure('Efficiency', `${(totals.efficiency * 100).toFixed(2)} %`)}
</dl>
${inspection.notes.length === 0 ? undefined : html`<ul class="note">${inspection.notes.map(note => html`<li>${note}</li>`)}</ul>`}
</header>`;
}

function shareBar(share: number): Html {
  const width = Math.min(100, Math.max(0, share * 100));
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10"/><rect class="now" width="${width.toFixed(2)}" height="10"/></svg>`;
}
