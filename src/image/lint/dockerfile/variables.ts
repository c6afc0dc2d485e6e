/** A use of a variable in a text. */
export interface VariableUse {
  readonly name: string;
  /** The operator and what follows it, `:-default`; empty for none. */
  readonly modifier: string;
  readonly start: number;
  readonly end: number;
}

const USE = /\\.|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)((?:[:#%/-]|\+|\?)[^}]*)?\})/gs;

/** The variables that a text uses: `$A`, `${A}`, `${A:-b}`. */
export function variableUses(text: string): VariableUse[] {
  return [...text.matchAll(USE)].flatMap(match => {
    const name = match[1] ?? match[2];
    if (name === undefined) return [];
    return [{ name, modifier: match[3] ?? '', start: match.index, end: match.index + match[0].length }];
  });
}

/** Replaces variables by their values or the defaults beside them; undefined where one has neither. */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string | undefined {
  const parts: string[] = [];
  let at = 0;
  for (const { name, modifier, start, end } of variableUses(text)) {
    const fallback = /^:?-(.*)$/s.exec(modifier)?.[1];
    const value = values.get(name) ?? fallback;
    if (value === undefined) return undefined;
    parts.push(text.slice(at, start), value);
    at = end;
  }
  return parts.join('') + text.slice(at);
}
