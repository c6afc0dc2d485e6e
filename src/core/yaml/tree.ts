import type { Span } from '../text/index.ts';

/** A value of a YAML file, aliases resolved. */
export type Value = MapValue | ListValue | ScalarValue;

interface Common {
  readonly span: Span;
  /** As written, with its `!`, where it is not one of YAML's own. */
  readonly tag?: string;
  /** How many values it is, with all aliases written out. */
  readonly weight: number;
}

/** `key: value` pairs. */
export interface MapValue extends Common {
  readonly kind: 'map';
  /** With those merged in by `<<`, which come last. */
  readonly fields: readonly Field[];
  /** Written with braces. */
  readonly isFlow: boolean;
}

/** One pair. */
export interface Field {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Value;
  /** It stands elsewhere and came by `<<`. */
  readonly isMerged: boolean;
}

/** `- item` lines. */
export interface ListValue extends Common {
  readonly kind: 'list';
  readonly items: readonly Value[];
}

/** A string, number, boolean or null, as text; null is the empty text. */
export interface ScalarValue extends Common {
  readonly kind: 'scalar';
  readonly text: string;
  /** Nothing was written, or `null`, or `~`. */
  readonly isNull: boolean;
}

/** The value under a path of keys. */
export function at(value: Value | undefined, ...keys: readonly string[]): Value | undefined {
  let here = value;
  for (const key of keys) {
    if (here?.kind !== 'map') return undefined;
    here = here.fields.find(field => field.key === key)?.value;
  }
  return here;
}

/** The field of a map. */
export function fieldOf(value: Value | undefined, key: string): Field | undefined {
  return value?.kind === 'map' ? value.fields.find(field => field.key === key) : undefined;
}

/** The text of a scalar under a path of keys. */
export function textAt(value: Value | undefined, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys);
  return found?.kind === 'scalar' ? found.text : undefined;
}

/** The items of a list, or the one value that stands in its place. */
export function itemsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return value.kind === 'list' ? value.items : [value];
}

/** Pairs written as a map or as a list of `key=value`. */
export function pairsOf(
  value: Value | undefined,
): { readonly key: string; readonly text: string | undefined; readonly span: Span }[] {
  if (value?.kind === 'map') {
    return value.fields.map(({ key, keySpan, value: inner }) => ({
      key,
      span: keySpan,
      text: inner.kind === 'scalar' ? inner.text : undefined,
    }));
  }
  return itemsOf(value).flatMap(item => {
    if (item.kind !== 'scalar') return [];
    const [key = '', ...rest] = item.text.split('=');
    return [{ key, text: rest.length === 0 ? undefined : rest.join('='), span: item.span }];
  });
}
