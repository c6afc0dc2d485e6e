const LETTERS: Readonly<Record<string, string>> = {
  '│': '|',
  '▾': 'v',
  '▸': '>',
  '−': '-',
  '…': '~',
  '∑': '*',
  '×': 'x',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '›': '>',
  '␣': '_',
};

/** The same in as many characters of ASCII, for terminals that know no others. */
export function inAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, each => LETTERS[each] ?? '?');
}

/** Whether a terminal shows more than ASCII, by its environment (POSIX, "Internationalization Variables"). */
export function knowsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find(each => each !== undefined && each !== '');
  return locale !== undefined && /utf-?8/i.test(locale);
}
