import { positionAt, type SourceText, type Span, sourceText } from '../../../core/text/index.ts';
import { parseYaml, type Value } from '../../../core/yaml/index.ts';
import { interpolate, type Variables } from './interpolate.ts';
import type { Node, Place, Problem } from './node.ts';

/** The longest file that is read, in UTF-16 units. */
const MAX_FILE_LENGTH = 4 << 20;
const MAX_PROBLEMS = 50;

interface Read {
  readonly node: Node | undefined;
  readonly problems: readonly Problem[];
  /** Variables that are not set, once each. */
  readonly notices: readonly Problem[];
}

/** Reads one YAML document, with the variables in its values replaced. Problems are told, up to fifty. */
export function readNode(file: string, text: string, variables: Variables): Read {
  const source = sourceText(file, text);
  if (text.length > MAX_FILE_LENGTH) {
    const message = `the file is longer than ${MAX_FILE_LENGTH} characters`;
    return {
      node: undefined,
      problems: [{ place: placeOf(source, { start: 0, end: 0 }), path: '', message }],
      notices: [],
    };
  }
  const { value, problems } = parseYaml(text);
  const told: Problem[] = problems.map(({ span, message }) => ({
    place: placeOf(source, span),
    path: '',
    message,
  }));
  if (value === undefined || told.length > 0) return { node: undefined, problems: told, notices: [] };
  const converting: Converting = { source, variables, problems: told, unset: new Map() };
  const node = convert(value, '', converting);
  return { node, problems: told.slice(0, MAX_PROBLEMS), notices: [...converting.unset.values()] };
}

interface Converting {
  readonly source: SourceText;
  readonly variables: Variables;
  readonly problems: Problem[];
  readonly unset: Map<string, Problem>;
}

function placeOf(source: SourceText, span: Span): Place {
  return { file: source.path, ...positionAt(source, span.start) };
}

// The depth is bounded by the reader of YAML, and the number of values with all aliases written out too.
function convert(value: Value, path: string, to: Converting): Node {
  const common = {
    place: placeOf(to.source, value.span),
    path,
    ...(value.tag === undefined ? {} : { tag: value.tag }),
  };
  if (value.kind === 'scalar')
    return { kind: 'scalar', ...common, ...replaced(value, common, to), isNull: value.isNull };
  if (value.kind === 'list') {
    const items = value.items.map((item, index) => convert(item, `${path}[${index}]`, to));
    return { kind: 'list', ...common, items };
  }
  const entries = value.fields.map(({ key, keySpan, value: inner }) => ({
    key,
    place: placeOf(to.source, keySpan),
    value: convert(inner, path === '' ? key : `${path}.${key}`, to),
  }));
  return { kind: 'map', ...common, entries };
}

function replaced(
  value: Value & { kind: 'scalar' },
  common: { readonly place: Place; readonly path: string },
  to: Converting,
): { readonly text: string; readonly variables?: readonly string[] } {
  const { text } = value;
  if (!text.includes('$')) return { text };
  const used = new Set<string>();
  const variables: Variables = name => {
    const found = to.variables(name);
    if (found !== undefined) used.add(name);
    return found;
  };
  const result = interpolate(text, variables, name => {
    const message = `the variable ${name} is not set, so nothing stands in its place`;
    const remedy = `set it in the environment or in .env, or write \${${name}:-}`;
    if (!to.unset.has(name)) to.unset.set(name, { ...common, message, remedy });
  });
  if (typeof result === 'string')
    return used.size === 0 ? { text: result } : { text: result, variables: [...used] };
  to.problems.push({ ...common, ...result });
  return { text };
}
