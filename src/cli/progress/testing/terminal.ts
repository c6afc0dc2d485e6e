/** A terminal in memory, as far as progress needs one. */
export interface VirtualTerminal {
  write(text: string): void;
  /** What is on the screen, without empty lines at its end. */
  lines(): string[];
  cursorVisible(): boolean;
  /** How often it was written to. */
  writes(): number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what it reads.
const TOKEN = /\x1b\[(\??\d*)([A-Za-z])|[\s\S]/gu;

/** Makes a terminal that knows CUU, EL, ED, DECTCEM, carriage return and line feed (ECMA-48). */
export function virtualTerminal(): VirtualTerminal {
  const screen: string[] = [''];
  let row = 0;
  let column = 0;
  let cursor = true;
  let writes = 0;
  const control = (argument: string, final: string) => {
    if (final === 'A') row = Math.max(0, row - Number(argument || 1));
    else if (final === 'K') screen[row] = screen[row]!.slice(0, column);
    else if (final === 'J') screen.splice(row, screen.length, screen[row]!.slice(0, column));
    else if (argument === '?25') cursor = final === 'h';
    else throw new Error(`unknown control sequence ${argument}${final}`);
  };
  const put = (character: string) => {
    if (character === '\r') column = 0;
    else if (character === '\n') {
      row++;
      column = 0;
      screen[row] ??= '';
    } else {
      const line = screen[row]!;
      screen[row] = line.slice(0, column) + character + line.slice(column + character.length);
      column += character.length;
    }
  };
  return {
    write(text) {
      writes++;
      for (const [token, argument, final] of text.matchAll(TOKEN)) {
        if (final === undefined) put(token);
        else control(argument ?? '', final);
      }
    },
    lines: () => screen.slice(0, screen.findLastIndex(line => line !== '') + 1),
    cursorVisible: () => cursor,
    writes: () => writes,
  };
}
