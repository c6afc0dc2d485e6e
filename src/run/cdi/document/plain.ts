import { parseYaml, type Value } from '../../../core/yaml/index.ts';
import type { Problems } from './problems.ts';

/** A value as JSON has it. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;

/** A map of them. */
export interface PlainMap {
  readonly [key: string]: Plain;
}

/** Whether it is a map. */
export function isMap(value: Plain | undefined): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads YAML, of which JSON is a part, into plain values. A key that is written twice is a problem, as it is for the
 * reference loader. Nothing is returned for a text that is no YAML.
 */
export function readPlain(text: string, problems: Problems): Plain | undefined {
  const { value, problems: found } = parseYaml(text);
  for (const { span, message } of found) problems.add('', `${placeOf(text, span.start)}: ${message}`);
  return value === undefined || found.length > 0 ? undefined : plainOf(value, text);
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

// The tree is at most 64 deep: core/yaml refuses more.
function plainOf(value: Value, text: string): Plain {
  if (value.kind === 'list') return value.items.map(item => plainOf(item, text));
  if (value.kind === 'map') {
    return Object.fromEntries(value.fields.map(({ key, value: inner }) => [key, plainOf(inner, text)]));
  }
  if (value.isNull) return null;
  const isQuoted = /^["'|>]/.test(text.slice(value.span.start, value.span.start + 1));
  return isQuoted || value.tag !== undefined ? value.text : scalarOf(value.text);
}

/** What YAML 1.2 makes of a plain word. (YAML 1.2.2, 10.3.2 "Tag Resolution") */
function scalarOf(text: string): Plain {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  return /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}
