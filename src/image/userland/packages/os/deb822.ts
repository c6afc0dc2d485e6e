/** A stanza of a control file: the fields in lower case, with the text that it was read from. */
export interface Stanza {
  readonly raw: string;
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * The stanzas of a Debian control file (deb-control(5)). Continuation lines stay in a value, after a
 * newline. Lines that are neither field nor continuation are passed over.
 */
export function parseStanzas(text: string): readonly Stanza[] {
  return text
    .split(/\n[ \t\r]*(?=\n)/)
    .map(part => part.replace(/^\s*\n/, '').trimEnd())
    .filter(part => part !== '')
    .map(raw => ({ raw, fields: parseFields(raw) }));
}

function parseFields(raw: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of raw.split('\n')) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (last !== '') fields.set(last, `${fields.get(last)}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    last = line.slice(0, colon).toLowerCase();
    fields.set(last, line.slice(colon + 1).trim());
  }
  return fields;
}

/** The names in a relationship field (deb-control(5), `Depends`): groups of alternatives, versions left out. */
export function parseRelations(value: string | undefined): readonly (readonly string[])[] {
  if (value === undefined) return [];
  return value
    .split(',')
    .map(group => group.split('|').map(relationName).filter(Boolean))
    .filter(group => group.length > 0);
}

function relationName(relation: string): string {
  return /^\s*([^\s(<[:]+)/.exec(relation)?.[1] ?? '';
}
