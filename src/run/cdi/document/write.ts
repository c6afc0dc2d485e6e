import { checkDocument } from './check.ts';
import { problemList } from './problems.ts';
import { invalid } from './read.ts';
import type { CdiDocument } from './types.ts';
import { smallestVersion } from './versions.ts';

/**
 * A document of the smallest version that its fields need.
 *
 * @throws SampanError `invalid` when the reference loader would refuse it.
 */
export function documentOf(parts: Omit<CdiDocument, 'cdiVersion'>): CdiDocument {
  const document = { cdiVersion: smallestVersion(parts), ...parts };
  const problems = problemList();
  checkDocument(document, problems);
  if (problems.found.length > 0) throw invalid(document.kind, problems.found);
  return document;
}

/** The document as JSON, to be read by people too. */
export function documentJson(document: CdiDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The name of the file that a document of this kind has, without the end: `vendor-class`. */
export function fileName(kind: string): string {
  return kind.replace('/', '-');
}
