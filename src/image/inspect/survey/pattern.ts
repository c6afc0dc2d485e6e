import type { Names } from '../stack/index.ts';

/** What paths are to have in them; see {@link patternOf}. */
export interface Pattern {
  /** A test for each name, the last one first. */
  readonly tests: readonly ((name: string) => boolean)[];
  /** The first name lies in the root. */
  readonly isAnchored: boolean;
}

/**
 * Reads what a person types to find paths, in upper or lower case: a part of a name (`py`); names one below the other,
 * with `/` between them; with `*` and `?` in a name, as in a shell, the whole name. `undefined` for nothing.
 */
export function patternOf(text: string): Pattern | undefined {
  const isAnchored = text.startsWith('/');
  const names = text
    .toLowerCase()
    .split('/')
    .slice(isAnchored ? 1 : 0);
  if (names.length === 0 || (names.length === 1 && names[0] === '')) return undefined;
  const tests = names.map((name, i) =>
    testOf(name, { first: i === 0 && !isAnchored, last: i === names.length - 1 }),
  );
  return { tests: tests.reverse(), isAnchored };
}

function testOf(
  text: string,
  place: { readonly first: boolean; readonly last: boolean },
): (name: string) => boolean {
  if (/[*?]/.test(text)) {
    // Runs of stars are one: a pattern that somebody holds a key on must not take for ever.
    const source = text
      .replace(/\*+/g, '*')
      .replace(/[\\^$+.()|[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    const expression = new RegExp(`^${source}$`, 'su');
    return name => expression.test(name);
  }
  if (place.first && place.last) return name => name.includes(text);
  if (place.first) return name => name.endsWith(text);
  if (place.last) return name => name.startsWith(text);
  return name => name === text;
}

/** For each node 1 where it, or something above it, matches. */
export function matches(names: Names, pattern: Pattern): Uint8Array {
  const found = new Uint8Array(names.count);
  const [last] = pattern.tests;
  for (let node = 1; node < names.count; node += 1) {
    if (found[names.parent[node]!] === 1) found[node] = 1;
    else if (last?.(names.textOf(node).toLowerCase()) === true && isMatch(names, pattern, node))
      found[node] = 1;
  }
  return found;
}

function isMatch(names: Names, { tests, isAnchored }: Pattern, node: number): boolean {
  let at = node;
  for (const [i, test] of tests.entries()) {
    if (i > 0) {
      if (at === 0 || !test(names.textOf(at).toLowerCase())) return false;
    }
    at = names.parent[at]!;
  }
  return !isAnchored || at === 0;
}
