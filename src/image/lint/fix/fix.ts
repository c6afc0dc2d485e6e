import { type FileReport, type LintInput, lintText } from '../lint.ts';
import type { LintSettings } from '../settings.ts';
import { applyEdits } from './apply.ts';

/** A text after mending. */
export interface Fixed {
  readonly text: string;
  /** The findings that were mended. */
  readonly count: number;
  /** What is left. */
  readonly report: FileReport;
}

/** One mend can make room for another; this many rounds are more than any file needs. */
const MAX_ROUNDS = 20;

/**
 * Mends what can be mended without changing what a file means; comments and layout stay. The text that comes out has
 * no finding left that could be mended. A file with syntax errors is left as it is.
 */
export function fixText(input: LintInput, settings: LintSettings): Fixed {
  let text = input.text;
  let report = lintText(input, settings);
  const before = report.findings.length;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const edits = report.findings.flatMap(finding => (finding.edits === undefined ? [] : [finding.edits]));
    if (edits.length === 0 || report.findings.some(({ rule }) => rule === 'syntax')) break;
    const next = applyEdits(text, edits);
    const after = lintText({ ...input, text: next }, settings);
    // An edit that would break the file is a bug of a rule; the text before it is sound.
    if (next === text || after.findings.some(({ rule }) => rule === 'syntax')) break;
    text = next;
    report = after;
  }
  return { text, count: Math.max(0, before - report.findings.length), report };
}
