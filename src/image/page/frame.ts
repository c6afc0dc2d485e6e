import { htmlDocument } from './document.ts';
import { type Html, html } from './html.ts';
import type { FilePack } from './pack.ts';

/** What all pages run, before their own. */
const SHARED_SCRIPTS = [
  'format.js',
  'model.js',
  'layout.js',
  'colors.js',
  'treemap.js',
  'maps.js',
  'files.js',
  'tables.js',
];

/** What makes one page different from the others. */
export interface Frame {
  /** Its script is called like it. */
  readonly kind: 'slim' | 'inspect' | 'diff';
  readonly title: string;
  readonly header: Html;
  /** What the treemap shows, and what the list of files holds. */
  readonly leads: { readonly map: string; readonly files: string };
  /** Between the two. */
  readonly sections: readonly Html[];
  readonly columns: readonly { readonly name: string; readonly title: string }[];
  readonly files: FilePack;
  /** Of Sampan. */
  readonly version: string;
}

/** A page about an image: one HTML file that needs no network and no other file. */
export function framedPage({ kind, title, header, leads, sections, columns, files, version }: Frame): string {
  return htmlDocument({
    title,
    body: html`${header}
<main>
<section aria-labelledby="where">
<h2 id="where">Where the bytes are</h2>
<p class="lead">${leads.map}</p>
<div id="maps"><noscript>The treemap needs JavaScript; the tables do not.</noscript></div>
</section>
${sections}
<section aria-labelledby="files">
<h2 id="files">Files</h2>
<p class="lead">${leads.files}</p>
<div id="file-list"><noscript>The list of files needs JavaScript.</noscript></div>
</section>
</main>
<footer>Made by Sampan ${version}. This page is one file: it needs no network and sends nothing.</footer>`,
    data: { schema: `sampan.${kind}-page/1`, columns, files },
    scripts: [...SHARED_SCRIPTS, `${kind}.js`],
  });
}
