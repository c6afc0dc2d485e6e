import { isMap, type Plain, type PlainMap } from './plain.ts';
import type { Problems } from './problems.ts';

/** Reads one value, or tells what is wrong with it and gives nothing. Null is as if it were not there. */
export type Shape<T> = (value: Plain, path: string, problems: Problems) => T | undefined;

type Of<F extends Readonly<Record<string, Shape<unknown>>>> = {
  readonly [K in keyof F]?: F[K] extends Shape<infer T> ? T : never;
};

/** A text. Numbers and flags are taken as they are written, as the reference loader does. */
export const text: Shape<string> = (value, path, problems) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  problems.add(path, 'must be a text');
  return undefined;
};

/** A whole number within bounds. */
export function integer(from: number, to: number): Shape<number> {
  return (value, path, problems) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to)
      return value;
    problems.add(path, `must be a whole number from ${from} to ${to}`);
    return undefined;
  };
}

/** True or false. */
export const flag: Shape<boolean> = (value, path, problems) => {
  if (typeof value === 'boolean') return value;
  problems.add(path, 'must be true or false');
  return undefined;
};

/** A list. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, path, problems) => {
    if (!Array.isArray(value)) {
      problems.add(path, 'must be a list');
      return undefined;
    }
    return value.flatMap((one: Plain, index) => {
      const at = `${path}[${index}]`;
      if (one === null) problems.add(at, 'must not be null');
      const read = one === null ? undefined : item(one, at, problems);
      return read === undefined ? [] : [read];
    });
  };
}

/** Texts by any keys. */
export const texts: Shape<Readonly<Record<string, string>>> = (value, path, problems) => {
  if (!isMap(value)) {
    problems.add(path, 'must be a map');
    return undefined;
  }
  const pairs = Object.entries(value).map(([key, one]) => {
    if (typeof one !== 'string') problems.add(`${path}.${key}`, 'must be a text');
    return [key, typeof one === 'string' ? one : ''] as const;
  });
  return Object.fromEntries(pairs);
};

/** An object with these fields and no others. */
export function object<F extends Readonly<Record<string, Shape<unknown>>>>(fields: F): Shape<Of<F>> {
  return (value, path, problems) => {
    if (!isMap(value)) {
      problems.add(path, 'must be a map');
      return undefined;
    }
    return readFields(value, { fields, path, problems });
  };
}

function readFields<F extends Readonly<Record<string, Shape<unknown>>>>(
  value: PlainMap,
  { fields, path, problems }: { readonly fields: F; readonly path: string; readonly problems: Problems },
): Of<F> {
  const read: { [K in keyof F]?: unknown } = {};
  for (const [key, inner] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!isKeyOf(fields, key)) {
      const other = Object.keys(fields).find(one => one.toLowerCase() === key.toLowerCase());
      problems.add(at, other === undefined ? 'is not known' : `is not known; ${other} is`);
      continue;
    }
    const found = inner === null ? undefined : fields[key]?.(inner, at, problems);
    if (found !== undefined) read[key] = found;
  }
  // Each field was read by its own shape.
  return read as Of<F>;
}

function isKeyOf<F extends object>(fields: F, key: string): key is Extract<keyof F, string> {
  return Object.hasOwn(fields, key);
}
