/** One way to prove who one is that a server offers (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** By their names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const MAX_LENGTH = 8192;
const MAX_CHALLENGES = 8;
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
const SCHEME = new RegExp(`[\\s,]*(${TOKEN})(?:[ \\t]+|$|(?=,))`, 'y');
const PARAMETER = new RegExp(
  `[\\s,]*(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}[^\\s,]*))`,
  'y',
);

/** Reads `WWW-Authenticate`; what cannot be read is left out. */
export function parseChallenges(header: string | undefined): readonly Challenge[] {
  const text = (header ?? '').slice(0, MAX_LENGTH);
  const found: Challenge[] = [];
  let at = 0;
  while (at < text.length && found.length < MAX_CHALLENGES) {
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(text)?.[1];
    if (scheme === undefined) break;
    at = SCHEME.lastIndex;
    const parameters: Record<string, string> = {};
    for (PARAMETER.lastIndex = at; ; at = PARAMETER.lastIndex) {
      PARAMETER.lastIndex = at;
      const match = PARAMETER.exec(text);
      if (match === null) break;
      const [, name = '', quoted, bare = ''] = match;
      parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? bare;
    }
    found.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return found;
}
