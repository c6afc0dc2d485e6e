import { isAlias, isMap, isPair, isScalar, isSeq, type Pair } from 'yaml';
import type { Span } from '../text/index.ts';
import type { Field, MapValue, Value } from './tree.ts';

const MAX_DEPTH = 64;
const MAX_WEIGHT = 100_000;

/** What is refused, and where. */
export interface ValueProblem {
  readonly span: Span;
  readonly message: string;
}

/** A tree of plain values of the nodes of a document. Aliases share what they name, so that nothing explodes. */
export function treeOf(node: unknown, problems: ValueProblem[]): Value | undefined {
  const reader: Reader = { anchors: new Map(), problems, open: new Set() };
  const value = read(node, reader, 0);
  if (value !== undefined && value.weight > MAX_WEIGHT) {
    problems.push({
      span: { start: 0, end: 0 },
      message: `the aliases expand to more than ${MAX_WEIGHT} values`,
    });
    return undefined;
  }
  return value;
}

interface Reader {
  readonly anchors: Map<string, Value>;
  readonly problems: ValueProblem[];
  /** Anchors whose value is being read: an alias to one of them is a cycle. */
  readonly open: Set<string>;
}

function spanOf(node: unknown): Span {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  if (!Array.isArray(range)) return { start: 0, end: 0 };
  const [start, end] = range;
  return typeof start === 'number' && typeof end === 'number' ? { start, end } : { start: 0, end: 0 };
}

function scalar(text: string, span: Span, isNull: boolean): Value {
  return { kind: 'scalar', text, isNull, span, weight: 1 };
}

function read(node: unknown, reader: Reader, depth: number): Value | undefined {
  const span = spanOf(node);
  if (depth > MAX_DEPTH) {
    if (reader.problems.length < 20)
      reader.problems.push({ span, message: `nested more than ${MAX_DEPTH} deep` });
    return undefined;
  }
  if (isAlias(node)) return readAlias(node.source, span, reader);
  const anchor = anchorOf(node);
  if (anchor !== undefined) reader.open.add(anchor);
  const plain = readPlain(node, reader, depth);
  const tag = tagOf(node);
  const value = tag === undefined || plain === undefined ? plain : { ...plain, tag };
  if (anchor !== undefined) {
    reader.open.delete(anchor);
    if (value !== undefined) reader.anchors.set(anchor, value);
  }
  return value;
}

function anchorOf(node: unknown): string | undefined {
  return (isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined
    ? node.anchor
    : undefined;
}

function tagOf(node: unknown): string | undefined {
  const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined;
  return tag?.startsWith('!') === true ? tag : undefined;
}

function readAlias(name: string, span: Span, { anchors, open, problems }: Reader): Value | undefined {
  const value = anchors.get(name);
  if (value === undefined || open.has(name)) {
    problems.push({
      span,
      message: open.has(name) ? `*${name} refers to what it stands in` : `*${name} names nothing above it`,
    });
    return undefined;
  }
  // Its place is where it is used; what is in it stays where it was written.
  return { ...value, span };
}

function readPlain(node: unknown, reader: Reader, depth: number): Value | undefined {
  const span = spanOf(node);
  if (isScalar(node)) {
    const isNull = node.value === null || node.value === undefined;
    return scalar(isNull ? '' : String(node.source ?? node.value), span, isNull);
  }
  if (isSeq(node)) {
    const items = node.items.flatMap(item => read(item, reader, depth + 1) ?? []);
    return { kind: 'list', span, items, weight: weightOf(items) };
  }
  return isMap(node)
    ? readMap(node.items, { span, isFlow: node.flow === true }, { reader, depth })
    : scalar('', span, true);
}

function weightOf(values: readonly Value[]): number {
  return values.reduce((sum, { weight }) => sum + weight, 1);
}

function readMap(
  pairs: readonly Pair<unknown, unknown>[],
  place: Pick<MapValue, 'span' | 'isFlow'>,
  { reader, depth }: { readonly reader: Reader; readonly depth: number },
): MapValue {
  const own = new Map<string, Field>();
  const merged: Field[] = [];
  for (const pair of pairs) {
    if (!isPair(pair)) continue;
    const key = keyOf(pair.key);
    const keySpan = spanOf(pair.key);
    const value = read(pair.value ?? null, reader, depth + 1);
    if (value === undefined) continue;
    if (key === '<<') merged.push(...mergedFields(value));
    else if (own.has(key)) reader.problems.push({ span: keySpan, message: `${key} stands here twice` });
    else own.set(key, { key, keySpan, value, isMerged: false });
  }
  for (const field of merged.slice(0, MAX_WEIGHT)) if (!own.has(field.key)) own.set(field.key, field);
  const fields = [...own.values()];
  return { kind: 'map', ...place, fields, weight: weightOf(fields.map(({ value }) => value)) };
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value ?? '') : '';
}

function mergedFields(value: Value): Field[] {
  const maps = value.kind === 'list' ? value.items.slice(0, 100) : [value];
  return maps.flatMap(map =>
    map.kind === 'map' ? map.fields.map(field => ({ ...field, isMerged: true })) : [],
  );
}
