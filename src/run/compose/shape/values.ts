import { namesMap, pairsMap } from '../node/index.ts';
import { changed, listOf, mapOf, nullable, type Read, scalar, wrong } from './read.ts';

/** Any text. */
export const text: Read<string> = scalar('a text', value => value);

/** A text that is not empty. */
export const word: Read<string> = scalar('a text that says something', value =>
  value === '' ? undefined : value,
);

/** One of these words. */
export function oneOf<const W extends string>(...words: readonly W[]): Read<W> {
  return scalar(`one of ${words.join(', ')}`, value => words.find(one => one === value));
}

/** `true` or `false`, as YAML 1.1 and 1.2 write them. */
export const flag: Read<boolean> = scalar('true or false', value => {
  if (/^(true|yes|on)$/i.test(value)) return true;
  return /^(false|no|off)$/i.test(value) ? false : undefined;
});

/** A whole number in these bounds. */
export function integer(least = 0, most: number = Number.MAX_SAFE_INTEGER): Read<number> {
  return scalar(
    `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
    value => {
      const number = /^[+-]?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
      return number >= least && number <= most ? number : undefined;
    },
  );
}

/** A number that is not negative. */
export const decimal: Read<number> = scalar('a number that is not negative', value => {
  return /^\d{1,12}(\.\d{0,12})?$|^\.\d{1,12}$/.test(value) ? Number(value) : undefined;
});

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** Bytes: `300m`, `1.5gb`, `1024`; -1 where `unlimited` allows it. (Compose Specification, "Specifying byte values") */
export const bytes: Read<number> = scalar('a size such as 64m or 1gb', value => parseBytes(value));

/** As `bytes`, and -1 for no limit. */
export const bytesOrNone: Read<number> = scalar('a size such as 64m, or -1 for no limit', value =>
  value === '-1' ? -1 : parseBytes(value),
);

function parseBytes(value: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s*([bkmgt]?)(?:i?b)?$/i.exec(value.trim());
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  const size = Math.floor(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
  return Number.isSafeInteger(size) ? size : undefined;
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time in milliseconds: `1m30s`, `500ms`, `5` (seconds). (Compose Specification, "Specifying durations") */
export const duration: Read<number> = scalar('a time such as 1m30s', value => {
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Number(value) * 1000;
  if (!/^(\d{1,9}(\.\d{1,6})?(us|ms|s|m|h|d))+$/.test(value)) return undefined;
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g);
  return [...parts].reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (MILLISECONDS[unit] ?? 0),
    0,
  );
});

/** A time in milliseconds, where a bare number is microseconds: `50000`, `50ms`. (Compose Specification, "cpu_period") */
export const microseconds: Read<number> = (node, to) => {
  const isBare = node.kind === 'scalar' && /^\d{1,12}$/.test(node.text);
  return isBare ? Number(node.text) / 1000 : duration(node, to);
};

/** A list of texts, or one. */
export const texts: Read<readonly string[]> = listOf(text);

/** `name: value` or `name=value`; a name without a value is undefined. */
export const pairs: Read<ReadonlyMap<string, string | undefined>> = (node, to) => {
  const map = pairsMap(node);
  if (map.kind !== 'map') return wrong(to, node, 'must be a map, or a list of NAME=value');
  const values = new Map<string, string | undefined>();
  for (const { key, value } of map.entries) {
    if (value.kind !== 'scalar') wrong(to, value, 'must be one value');
    else values.set(key, value.isNull ? undefined : value.text);
  }
  return values;
};

/** As `pairs`; a name without a value has an empty one. */
export const filledPairs: Read<ReadonlyMap<string, string>> = changed(
  pairs,
  values => new Map([...values].map(([name, value]) => [name, value ?? ''])),
);

/** A list of names, or a map from names to more about each. */
export function named<T>(more: Read<T>): Read<ReadonlyMap<string, T>> {
  const read = mapOf(more);
  return nullable((node, to) => read(namesMap(node), to));
}

/** The arguments of a program: a list as it is, or a text split as a shell does, without running one. */
export const program: Read<readonly string[]> = (node, to) => {
  if (node.kind === 'list') return texts(node, to);
  if (node.kind === 'map') return wrong(to, node, 'must be a text or a list of arguments');
  return splitWords(node.text) ?? wrong(to, node, 'a quote is not closed');
};

/** Splits words at blanks, as a shell does: quotes join, a backslash escapes. Undefined when a quote stays open. */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let current: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? '';
    if (letter === "'" || letter === '"') {
      const quoted = quotedAt(line, at);
      if (quoted === undefined) return undefined;
      current = (current ?? '') + quoted.text;
      at = quoted.end;
    } else if (/\s/.test(letter)) {
      if (current !== undefined) words.push(current);
      current = undefined;
    } else current = (current ?? '') + (letter === '\\' ? (line[++at] ?? '') : letter);
  }
  return current === undefined ? words : [...words, current];
}

function quotedAt(line: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const mark = line[start];
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === mark) return { text, end: at };
    const isEscape = mark === '"' && line[at] === '\\' && /["\\$`]/.test(line[at + 1] ?? '');
    text += isEscape ? line[++at] : line[at];
  }
  return undefined;
}
