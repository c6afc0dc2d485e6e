import { closestOf } from '../../../core/text/index.ts';
import { type MapValue, parseYaml } from '../../../core/yaml/index.ts';
import type { SourceText, Span } from '../source/index.ts';
import type { ComposeFile, Service } from './model.ts';

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
