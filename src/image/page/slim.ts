import { formatCount, formatDuration, formatSize } from '../../core/text/index.ts';
import type { Outcome, PageFile, SlimPageData } from './data.ts';
import { framedPage } from './frame.ts';
import { type Html, html } from './html.ts';
import { type FilePack, packFiles } from './pack.ts';
import { proofSection, verdict } from './proof.ts';
import { packageSection, removedSection } from './tables.ts';

const COLUMNS = [
  { name: 'outcome', title: 'what happened' },
  { name: 'category', title: 'category' },
  { name: 'package', title: 'package' },
  { name: 'reason', title: 'reason' },
  { name: 'layer', title: 'layer' },
];

/**
 * A page about a slimming: one HTML file that needs no network and no other file. The same data gives the same
 * page, and nothing in the data can become code or markup.
 */
export function slimPage(data: SlimPageData): string {
  return framedPage({
    kind: 'slim',
    title: `${data.image}, slimmed`,
    header: header(data),
    leads: {
      map: 'Each area is as large as its files. Go into a directory to see more of it.',
      files: 'Every file of the original, and why it was kept or dropped.',
    },
    sections: [removedSection(data.files), proofSection(data.proof), packageSection(data.packages)],
    columns: COLUMNS,
    files: packSlimming(data),
    version: data.version,
  });
}

function packSlimming({ files, layers = [] }: SlimPageData): FilePack {
  return packFiles(
    files.map(file => ({
      path: file.path,
      numbers: { before: file.size, after: sizeAfter(file) },
      labels: {
        outcome: file.outcome,
        reason: file.reason,
        category: file.category,
        package: file.package ?? '',
        layer: file.layer === undefined ? '' : layerName(file.layer, layers),
      },
    })),
  );
}

function layerName(layer: number, layers: readonly string[]): string {
  const made = layers[layer];
  return made === undefined ? `layer ${layer + 1}` : `layer ${layer + 1}: ${made.slice(0, 120)}`;
}

/** What is left of a file, in bytes. */
function sizeAfter(file: PageFile): number {
  const sizes: Readonly<Record<Outcome, number>> = {
    kept: file.size,
    stripped: file.sizeAfter ?? file.size,
    dropped: 0,
  };
  return sizes[file.outcome];
}

function header(data: SlimPageData): Html {
  const { before, after } = data;
  return html`<header>
<p class="eyebrow">sampan slim</p>
<h1>${data.image}</h1>
<p class="identity"><span>became <code>${data.result}</code></span><span>${data.platform}</span><span>level ${data.level}</span></p>
<p class="sizes"><span class="was">${formatSize(before.sizeBytes)}</span><span aria-hidden="true">→</span><span>${formatSize(after.sizeBytes)}</span><span class="gain">${gain(before.sizeBytes, after.sizeBytes)}</span></p>
${sizeBar(after.sizeBytes / before.sizeBytes)}
<dl class="figures">
${figure('Files', before.files, after.files)}
${figure('Packages', before.packages, after.packages)}
${figure('Layers', before.layers, after.layers)}
<div><dt>Time</dt><dd>${formatDuration(data.elapsedMs)}</dd></div>
</dl>
${verdict(data.proof)}
</header>`;
}

function gain(before: number, after: number): string {
  if (after <= 0 || before <= 0) return '';
  if (after >= before) return 'not smaller';
  const times = before / after;
  const saved = `${((1 - after / before) * 100).toFixed(after * 100 < before ? 1 : 0)} % less`;
  return times < 1.5
    ? saved
    : `${saved}, ${times < 9.95 ? times.toFixed(1) : Math.round(times)} times smaller`;
}

function sizeBar(share: number): Html {
  const width = Number.isFinite(share) ? Math.min(100, Math.max(0, share * 100)) : 0;
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10"/><rect class="now" width="${width.toFixed(2)}" height="10"/></svg>`;
}

function figure(title: string, before: number, after: number): Html {
  return html`<div><dt>${title}</dt><dd><span>${formatCount(before)} →</span> ${formatCount(after)}</dd></div>`;
}
