const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
// Unicode Standard Annex 11, the ranges whose East_Asian_Width is W or F, coarsely.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const PLAIN = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours that `style` writes.
const COLOURS = /\x1b\[[0-9;]*m/g;

/** How many columns of a terminal `text` takes; colours take none. */
export function widthOf(text: string): number {
  const bare = text.replace(COLOURS, '');
  if (PLAIN.test(bare)) return bare.length;
  return graphemes(bare).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), part => part.segment);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

/** `text` (without colours) cut to `columns`, with `…` as its last character when something is missing. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const grapheme of graphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > columns) break;
    kept += grapheme;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** `text` (without colours) cut to `columns`; what is missing is in the middle, so that both ends of a path show. */
export function truncateMiddle(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const parts = graphemes(text);
  const tail: string[] = [];
  let width = 0;
  const room = Math.floor((columns * 2) / 3) - 1;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    width += graphemeWidth(part);
    if (width > room) break;
    tail.unshift(part);
  }
  const end = tail.join('');
  return truncate(text, columns - widthOf(end)) + end;
}

/** `text` with spaces after it, or before it, up to `columns`. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return align === 'left' ? text + space : space + text;
}

/** `text` in lines of at most `columns`, broken at spaces; lines that it has already are kept. */
export function wrapText(text: string, columns: number): string[] {
  return text.split('\n').flatMap(line => wrapLine(line, Math.max(columns, 20)));
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && widthOf(current) + 1 + widthOf(word) > columns) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
