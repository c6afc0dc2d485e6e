// ECMA-48 control functions; hiding the cursor is DEC's DECTCEM.
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_TO_END_OF_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/** Some lines at the bottom of a terminal that are drawn again and again. */
export interface ScreenBlock {
  /** Shows `lines` instead of those shown before; `above` is written over them and stays. */
  draw(lines: readonly string[], above?: string): void;
  /** Takes the lines off the screen. */
  erase(): void;
  /** Takes the lines off and gives the cursor back; may be called twice. */
  close(): void;
}

/** Makes a block; its lines must be narrower than the terminal. */
export function screenBlock(write: (text: string) => void): ScreenBlock {
  let drawn = 0;
  let hidden = false;
  const up = () => (drawn > 0 ? `\x1b[${drawn}A\r` : '');
  const erase = () => {
    if (drawn > 0) write(up() + ERASE_BELOW);
    drawn = 0;
  };
  return {
    erase,
    // One write for the whole block, each line overwritten in place: nothing flickers.
    draw(lines, above) {
      const all = above === undefined ? lines : [above, ...lines];
      const text = all.map(line => `${line}${ERASE_TO_END_OF_LINE}\n`).join('');
      write(`${hidden ? '' : HIDE_CURSOR}${up()}${text}${ERASE_BELOW}`);
      hidden = true;
      drawn = lines.length;
    },
    close() {
      erase();
      if (hidden) write(SHOW_CURSOR);
      hidden = false;
    },
  };
}
