import { formatCount, formatSize } from '../../core/text/index.ts';
import type { PageFile, PagePackage } from './data.ts';
import { type Html, html } from './html.ts';

const MOST_CATEGORIES = 16;

interface Removed {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** What was removed, by category, the largest first. */
export function removedSection(files: readonly PageFile[]): Html {
  const removed = removedByCategory(files);
  const total = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = removed[0]?.bytes ?? 0;
  if (total === 0) return html``;
  return html`<section aria-labelledby="removed">
<h2 id="removed">What was removed</h2>
<p class="lead">${formatSize(total)} of files, by what they were.</p>
<div class="scroll"><table class="removed">
<thead><tr><th scope="col">Category</th><th scope="col" class="number">Size</th><th scope="col" class="number">Files</th><th scope="col"><span class="spoken">Share</span></th></tr></thead>
<tbody>
${foldRest(removed).map(
  ({ name, bytes, files: count }) =>
    html`<tr><th scope="row">${name}</th><td class="number">${formatSize(bytes)}</td><td class="number">${formatCount(count)}</td><td class="share">${bar(bytes / largest)}</td></tr>
`,
)}</tbody></table></div>
</section>`;
}

function removedByCategory(files: readonly PageFile[]): Removed[] {
  const sums = new Map<string, { files: number; bytes: number }>();
  for (const file of files) {
    if (file.outcome === 'kept') continue;
    const isStripped = file.outcome === 'stripped';
    const name = isStripped ? 'Symbols and debug sections' : file.category;
    const sum = sums.get(name) ?? { files: 0, bytes: 0 };
    sum.files++;
    sum.bytes += isStripped ? file.size - (file.sizeAfter ?? file.size) : file.size;
    sums.set(name, sum);
  }
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

function foldRest(removed: readonly Removed[]): Removed[] {
  const rest = removed.slice(MOST_CATEGORIES);
  if (rest.length < 2) return [...removed];
  const folded = {
    name: `${rest.length} others`,
    files: rest.reduce((sum, { files }) => sum + files, 0),
    bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return [...removed.slice(0, MOST_CATEGORIES), folded];
}

function bar(share: number): Html {
  const width = Math.min(100, Math.max(0.3, share * 100));
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width.toFixed(2)}" height="10" class="now"/></svg>`;
}

/** The packages of the original and what became of them; the largest first. */
export function packageSection(packages: readonly PagePackage[]): Html {
  if (packages.length === 0) return html``;
  const kept = packages.filter(({ outcome }) => outcome !== 'dropped').length;
  const sorted = [...packages].sort((a, b) => b.sizeBefore - a.sizeBefore || (a.name < b.name ? -1 : 1));
  return html`<section aria-labelledby="packages">
<h2 id="packages">Packages</h2>
<p class="lead">${kept} of ${packages.length} are still there, whole or in part.</p>
<div class="filters"><input type="search" data-filters="package-table" placeholder="name or outcome" aria-label="Search packages" hidden></div>
<div class="scroll"><table class="sortable" id="package-table" data-most="12">
<thead><tr><th scope="col">Package</th><th scope="col">Version</th><th scope="col">Type</th><th scope="col">Outcome</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th><th scope="col" class="number">Files</th></tr></thead>
<tbody>
${sorted.map(packageRow)}</tbody></table></div>
</section>`;
}

function packageRow(row: PagePackage): Html {
  const files =
    row.filesBefore === row.filesAfter
      ? formatCount(row.filesAfter)
      : `${formatCount(row.filesAfter)} of ${formatCount(row.filesBefore)}`;
  return html`<tr><th scope="row">${row.name}</th><td>${row.version}</td><td>${row.type}</td><td><span class="badge ${row.outcome}">${row.outcome}</span></td><td class="number" data-value="${row.sizeBefore}">${formatSize(row.sizeBefore)}</td><td class="number" data-value="${row.sizeAfter}">${formatSize(row.sizeAfter)}</td><td class="number" data-value="${row.filesAfter}">${files}</td></tr>
`;
}
