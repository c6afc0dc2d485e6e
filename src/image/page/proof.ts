import { formatDuration, formatSize } from '../../core/text/index.ts';
import type { PageProof, PageRun } from './data.ts';
import { type Fragment, type Html, html } from './html.ts';

const TITLES: Readonly<Record<PageProof['verdict'], string>> = {
  proven: 'Proven',
  unproven: 'Not proven',
  'not-run': 'Not run',
};

/** The outcome of the proof in one box. */
export function verdict(proof: PageProof | undefined): Html {
  if (proof === undefined) return html``;
  return html`<div class="verdict ${proof.verdict}"><p><b>${TITLES[proof.verdict]}.</b> ${proof.summary}</p></div>`;
}

/** What the two runs did, line by line; absent when nothing was run. */
export function proofSection(proof: PageProof | undefined): Html {
  if (proof === undefined || proof.verdict === 'not-run') return html``;
  const { original, slim } = proof;
  const engine = proof.engine === undefined ? '' : ` by ${proof.engine}`;
  return html`<section aria-labelledby="proof">
<h2 id="proof">The proof</h2>
<p class="lead">Both images were run${engine}, with the same probes under the same limits.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">What</th><th scope="col">Original</th><th scope="col">Slim</th><th scope="col"></th></tr></thead>
<tbody>
${compared('Ready', original.ready, slim.ready)}${probeRows(original, slim)}${compared('Exit', original.exit, slim.exit)}${measured('Start time', [original.startMs, slim.startMs], formatDuration)}${measured('Peak memory', [original.peakMemoryBytes, slim.peakMemoryBytes], formatSize)}</tbody></table></div>
${proof.notes.length === 0 ? undefined : html`<ul class="note">${proof.notes.map(note => html`<li>${note}</li>`)}</ul>`}
</section>`;
}

function probeRows(original: PageRun, slim: PageRun): Fragment {
  return original.probes.map((probe, i) => {
    const other = slim.probes[i];
    const isSame = probe.result === other?.result && probe.passed === other.passed;
    return row(probe.name, [probe.result, other?.result ?? 'not run'], mark(isSame));
  });
}

function compared(name: string, before: string | undefined, after: string | undefined): Html | undefined {
  if (before === undefined && after === undefined) return undefined;
  return row(name, [before ?? 'unknown', after ?? 'unknown'], mark(before === after));
}

/** Figures are shown, not judged: they differ from run to run. */
function measured(
  name: string,
  [before, after]: readonly [number | undefined, number | undefined],
  format: (value: number) => string,
): Html | undefined {
  if (before === undefined && after === undefined) return undefined;
  const show = (value: number | undefined) => (value === undefined ? 'unknown' : format(value));
  return row(name, [show(before), show(after)], undefined);
}

function mark(isSame: boolean): Html {
  return isSame
    ? html`<span class="badge same">same</span>`
    : html`<span class="badge differs">differs</span>`;
}

function row(name: string, cells: readonly string[], last: Html | undefined): Html {
  return html`<tr><th scope="row">${name}</th>${cells.map(cell => html`<td>${cell}</td>`)}<td>${last}</td></tr>
`;
}
