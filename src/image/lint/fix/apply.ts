import type { Edit } from '../rules/index.ts';

/** Puts edits into a text, from the end to the start. Of edits that touch each other only the first counts. */
export function applyEdits(text: string, groups: readonly (readonly Edit[])[]): string {
  const taken: Edit[] = [];
  for (const edits of groups) {
    // The edits of one finding belong together: all or none.
    if (!edits.some(edit => taken.some(other => touches(edit, other)))) taken.push(...edits);
  }
  let result = text;
  for (const { span, text: put } of taken.toSorted((a, b) => b.span.start - a.span.start)) {
    result = result.slice(0, span.start) + put + result.slice(span.end);
  }
  return result;
}

function touches(a: Edit, b: Edit): boolean {
  return a.span.start <= b.span.end && b.span.start <= a.span.end;
}
