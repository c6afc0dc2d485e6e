import { visibleLines } from '../../../core/text/index.ts';
import type { Report, ReportItem } from './items.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A report as JUnit's XML: errors are failures, the rest passes and says what it found. */
export function junitOf({ subject, items }: Report): string {
  const failures = items.filter(item => item.level === 'error').length;
  const cases =
    items.length === 0 ? [`    <testcase name="nothing was found" classname="sampan"/>`] : items.map(caseOf);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="sampan" tests="${cases.length}" failures="${failures}">
  <testsuite name="${escaped(subject)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}

function caseOf(item: ReportItem): string {
  const name = `${escaped(item.title)}" classname="sampan.${escaped(item.id)}`;
  const text = `${escaped(item.message)}\n${escaped(item.place)}`;
  const inner =
    item.level === 'error'
      ? `<failure type="${escaped(item.id)}" message="${escaped(item.title)}">${text}</failure>`
      : `<system-out>${text}</system-out>`;
  return `    <testcase name="${name}">${inner}</testcase>`;
}

function escaped(text: string): string {
  return visibleLines(text).replace(/[&<>"']/g, character => ENTITIES[character] ?? '');
}
