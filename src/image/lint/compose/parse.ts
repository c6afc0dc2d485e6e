import { parseDocument } from 'yaml';
import type { SourceText, Span } from '../source/index.ts';
import { closestOf } from '../suggest.ts';
import type { ComposeFile, MapValue, Service } from './model.ts';
import { treeOf } from './values.ts';

const MAX_PROBLEMS = 20;

/** Reads a Compose file. It never fails: what is wrong is in `problems`, the rest is read as well as it can be. */
export function parseCompose(source: SourceText): ComposeFile {
  const { value, problems } = parseYaml(source.text);
  const root = value?.kind === 'map' ? value : undefined;
  if (problems.length === 0 && root === undefined) {
    const message =
      source.text.trim() === ''
        ? 'the file is empty: a Compose file has services'
        : 'this is no Compose file: it has no keys';
    problems.push({ span: { start: 0, end: 0 }, message });
  }
  return { source, root, services: root === undefined ? [] : servicesOf(root, problems), problems };
}

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

function servicesOf(root: MapValue, problems: { span: Span; message: string }[]): Service[] {
  const field = root.fields.find(({ key }) => key === 'services');
  if (field === undefined) {
    // A file that only includes others, or adds volumes and networks to them, has none.
    if (
      root.fields.some(({ key }) =>
        ['include', 'volumes', 'networks', 'configs', 'secrets', 'models'].includes(key),
      )
    )
      return [];
    const near = root.fields.map(({ key }) => key).find(key => closestOf(key, ['services']) !== undefined);
    const hint = near === undefined ? '' : `; did you mean services instead of ${near}?`;
    problems.push({
      span: root.fields[0]?.keySpan ?? root.span,
      message: `this Compose file has no services${hint}`,
    });
    return [];
  }
  if (field.value.kind !== 'map') {
    problems.push({ span: field.keySpan, message: 'services must hold services by their names' });
    return [];
  }
  return field.value.fields.flatMap(({ key, keySpan, value }) => {
    if (value.kind === 'map') return [{ name: key, nameSpan: keySpan, value }];
    problems.push({ span: keySpan, message: `service ${key} must be a map` });
    return [];
  });
}
