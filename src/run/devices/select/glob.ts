const MAX_PATTERN = 256;

/** Whether a path matches a glob with `*`, `?` and `[…]`; `*` stays in one directory, `**` does not. Linear in both. */
export function matchesGlob(path: string, pattern: string): boolean {
  if (pattern.length > MAX_PATTERN || path.length > 4 * MAX_PATTERN) return false;
  const parts = partsOf(pattern);
  // The places in the pattern where one can be; never more than it has parts, so no path is slow.
  let at = closure(new Set([0]), parts);
  for (const letter of path) {
    const next = new Set<number>();
    for (const index of at) {
      const part = parts[index];
      if (part === undefined || !part.accepts(letter)) continue;
      next.add(part.repeats ? index : index + 1);
    }
    at = closure(next, parts);
    if (at.size === 0) return false;
  }
  return at.has(parts.length);
}

interface Part {
  readonly repeats: boolean;
  accepts(letter: string): boolean;
}

function closure(at: Set<number>, parts: readonly Part[]): Set<number> {
  for (const index of at) if (parts[index]?.repeats === true) at.add(index + 1);
  return at;
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const pieces = pattern.match(/\*\*|\*|\?|\[!?[^\]]+\]|./gsu) ?? [];
  for (const piece of pieces) parts.push({ repeats: piece.startsWith('*'), accepts: accepting(piece) });
  return parts;
}

function accepting(piece: string): Part['accepts'] {
  if (piece === '**') return () => true;
  if (piece === '*' || piece === '?') return letter => letter !== '/';
  if (piece.length > 2 && piece.startsWith('[')) {
    const isNot = piece[1] === '!';
    const letters = setOf(piece.slice(isNot ? 2 : 1, -1));
    return letter => letter !== '/' && letters(letter) !== isNot;
  }
  return letter => letter === piece;
}

function setOf(text: string): (letter: string) => boolean {
  const ranges = text.match(/.-.|./gsu) ?? [];
  return letter =>
    ranges.some(range => {
      const [from = '', , to = from] = [...range];
      return letter >= from && letter <= to;
    });
}
