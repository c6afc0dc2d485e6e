import { parseDocument } from 'yaml';
import type { Span } from '../text/index.ts';
import { treeOf } from './values.ts';

const MAX_PROBLEMS = 20;

/** Reads one YAML document into plain values (YAML 1.2). At most twenty problems are told. */
export function parseYaml(text: string) {
  const problems: { span: Span; message: string }[] = [];
  // The check for double keys of the library compares all with all; ours does not.
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  for (const error of document.errors.slice(0, MAX_PROBLEMS)) {
    const message = /call stack/i.test(error.message)
      ? 'nested too deeply'
      : (error.message.split('\n')[0] ?? '');
    problems.push({ span: { start: error.pos[0], end: error.pos[1] }, message: lowerFirst(message) });
  }
  if (document.errors.length > 0) return { value: undefined, problems: problems.slice(0, MAX_PROBLEMS) };
  const value = treeOf(document.contents, problems);
  return { value, problems: problems.slice(0, MAX_PROBLEMS) };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
