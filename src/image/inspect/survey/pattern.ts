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

/** For each node 1 where it, or something above it, matches. `texts` are the names of the nodes in lower case. */
export function matches(parents: Int32Array, texts: readonly string[], pattern: Pattern): Uint8Array {
  const found = new Uint8Array(texts.length);
  const [last] = pattern.tests;
  for (let node = 1; node < texts.length; node += 1) {
    if (found[parents[node]!] === 1) found[node] = 1;
    else if (last?.(texts[node]!) === true && fits(pattern, node, { parents, texts })) found[node] = 1;
  }
  return found;
}

/** Whether what is above a node fits too. */
function fits(
  { tests, isAnchored }: Pattern,
  node: number,
  tree: { readonly parents: Int32Array; readonly texts: readonly string[] },
): boolean {
  let at = tree.parents[node]!;
  for (const test of tests.slice(1)) {
    if (at === 0 || !test(tree.texts[at]!)) return false;
    at = tree.parents[at]!;
  }
  return !isAnchored || at === 0;
}
