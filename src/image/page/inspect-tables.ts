import { formatCount, formatSize } from '../../core/text/index.ts';
import type { Finding, LayerFigures, PackageFigures } from '../inspect/index.ts';
import { type Html, html } from './html.ts';

const MOST_PACKAGES = 500;

/** A figure of the head of a page. */
export function figure(title: string, value: string): Html {
  return html`<div><dt>${title}</dt><dd>${value}</dd></div>`;
}

/** A bar from 0 to 1. */
export function bar(share: number): Html {
  const width = Math.min(100, Math.max(0.3, share * 100));
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width.toFixed(2)}" height="10" class="now"/></svg>`;
}

/** The findings with their causes and fixes, each to be opened. */
export function findingSection(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html``;
  const largest = findings[0]?.bytes ?? 0;
  return html`<section aria-labelledby="findings">
<h2 id="findings">What can be done</h2>
<p class="lead">${findings.length} findings, the most bytes first. Open one for its cause, examples and fix.</p>
<div class="findings">
${findings.map(finding => oneFinding(finding, largest))}</div>
</section>`;
}

function oneFinding(finding: Finding, largest: number): Html {
  const saves =
    finding.bytes > 0
      ? formatSize(finding.bytes)
      : finding.updateBytes === undefined
        ? ''
        : `${formatSize(finding.updateBytes)} each update`;
  return html`<details class="finding"><summary><span class="badge ${finding.severity}">${finding.severity}</span> <span class="what">${finding.title}</span> <span class="number">${saves}</span> <span class="share">${largest > 0 && finding.bytes > 0 ? bar(finding.bytes / largest) : undefined}</span></summary>
<div class="inside">
<p class="fix-title">Fix</p><pre><code>${fixLines(finding.fix)}</code></pre>
${causesOf(finding)}${examplesOf(finding)}<p class="note">${finding.id}, ${finding.confidence}${finding.files > 0 ? `, ${formatCount(finding.files)} files` : ''}</p>
</div></details>
`;
}

/** Line breaks are lines; everything else that steers a text is shown. */
function fixLines(fix: string): readonly (Html | string)[] {
  return fix.split('\n').flatMap((line, i) => (i === 0 ? [line] : [{ html: '\n' }, line]));
}

function causesOf({ causes }: Finding): Html | undefined {
  const known = causes.filter(cause => cause.layer >= 0);
  if (known.length === 0) return undefined;
  return html`<ul class="causes">${known
    .slice(0, 6)
    .map(
      cause =>
        html`<li>layer ${cause.layer + 1}${cause.bytes > 0 ? `, ${formatSize(cause.bytes)}` : ''}${cause.instruction === '' ? undefined : html`: <code>${cause.instruction.slice(0, 300)}</code>`}</li>`,
    )}</ul>`;
}

function examplesOf({ examples }: Finding): Html | undefined {
  if (examples.length === 0) return undefined;
  return html`<ul class="examples">${examples
    .slice(0, 8)
    .map(
      ({ path, bytes, note }) =>
        html`<li><code>${path}</code>${bytes > 0 ? ` ${formatSize(bytes)}` : ''}${note === undefined ? '' : `, ${note}`}</li>`,
    )}</ul>`;
}

/** The layers as bars. */
export function layerSection(layers: readonly LayerFigures[]): Html {
  if (layers.length === 0) return html``;
  const largest = Math.max(1, ...layers.map(layer => layer.fileBytes));
  return html`<section aria-labelledby="layers">
<h2 id="layers">Layers</h2>
<p class="lead">From the base up. Hidden is what later layers remove or replace.</p>
<div class="scroll"><table class="layers">
<thead><tr><th scope="col">Layer</th><th scope="col" class="number">Files</th><th scope="col" class="number">Stored</th><th scope="col" class="number">Hidden</th><th scope="col"><span class="spoken">Share</span></th><th scope="col">Instruction</th></tr></thead>
<tbody>
${layers.map(
  layer =>
    html`<tr><th scope="row">${layer.index + 1}${layer.isBase ? html` <span class="badge">base</span>` : undefined}</th><td class="number">${layer.unread === undefined ? formatSize(layer.fileBytes) : 'not read'}</td><td class="number">${formatSize(layer.compressedBytes)}</td><td class="number">${layer.hiddenBytes > 0 ? formatSize(layer.hiddenBytes) : ''}</td><td class="share">${bar(layer.fileBytes / largest)}</td><td><code>${layer.instruction.slice(0, 300) || layer.digest}</code></td></tr>
`,
)}</tbody></table></div>
</section>`;
}

/** The packages, the largest first. */
export function packageTable(packages: readonly PackageFigures[]): Html {
  if (packages.length === 0) return html``;
  const more = packages.length > MOST_PACKAGES ? ` The largest ${MOST_PACKAGES} are shown.` : '';
  return html`<section aria-labelledby="packages">
<h2 id="packages">Packages</h2>
<p class="lead">${formatCount(packages.length)} packages.${more}</p>
<div class="filters"><input type="search" data-filters="package-table" placeholder="name or type" aria-label="Search packages" hidden></div>
<div class="scroll"><table class="sortable" id="package-table" data-most="12">
<thead><tr><th scope="col">Package</th><th scope="col">Version</th><th scope="col">Type</th><th scope="col" class="number">Size</th></tr></thead>
<tbody>
${packages.slice(0, MOST_PACKAGES).map(
  each =>
    html`<tr><th scope="row">${each.name}</th><td>${each.version}</td><td>${each.type}</td><td class="number" data-value="${each.bytes}">${formatSize(each.bytes)}</td></tr>
`,
)}</tbody></table></div>
</section>`;
}
