import { emitKeypressEvents, type Key } from 'node:readline';
import type { RawTerminal } from '../context/index.ts';
import { widthOf } from '../output/index.ts';
import { inAscii } from './ascii.ts';
import { keyName } from './keys.ts';
import type { Line, Tone } from './line.ts';
import type { Size } from './world.ts';

/** A whole screen that is drawn on, and its keys. The terminal is as before once it is disposed of. */
export interface Screen extends Disposable {
  size(): Size;
  /** Only what has changed is sent. */
  draw(lines: readonly Line[]): void;
  /** Calls back with names of keys (`up`, `ctrl+a`) or characters, and with `undefined` for another size. */
  listen(told: (key: string | undefined) => void): void;
}

/** How a tone looks on 16 colours, and without colours. */
interface Look {
  readonly color?: number;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
}

const COLORS = { red: 1, green: 2, yellow: 3, magenta: 5, cyan: 6 } as const;

const LOOKS: Readonly<Record<Tone, Look>> = {
  plain: {},
  strong: { bold: true },
  faint: { dim: true },
  heading: { bold: true, color: COLORS.cyan },
  bar: { inverse: true },
  chosen: { inverse: true },
  kept: { bold: true },
  added: { color: COLORS.green },
  changed: { color: COLORS.yellow },
  removed: { color: COLORS.red },
  waste: { bold: true, color: COLORS.magenta },
};

/** Bytes of a key that begins with ESC come together; this long is waited for them. */
const ESCAPE_MS = 60;

/** Opens the screen of a terminal: it shows nothing else until it is disposed of. */
export async function openScreen(terminal: RawTerminal, options: Means): Promise<Screen> {
  // Loaded here: it takes longer than all else of the start.
  const { default: kit } = await import('terminal-kit');
  const { input, output, name } = terminal;
  const drawn = kit.createTerminal({
    stdin: input,
    stdout: output,
    generic: name.toLowerCase(),
    isTTY: true,
  });
  const size = (): Size => ({ columns: output.columns || 80, rows: output.rows || 24 });
  const paper = () => new kit.ScreenBuffer({ dst: drawn, width: size().columns, height: size().rows });
  const cleanups: (() => void)[] = [];
  const restore = (): void => {
    for (const cleanup of cleanups.splice(0)) cleanup();
    drawn.styleReset();
    drawn.hideCursor(false);
    drawn.fullscreen(false);
    input.setRawMode(false);
    // Otherwise the library writes once more when the process ends.
    drawn.shutdown = true;
  };
  process.once('exit', restore);
  drawn.fullscreen(true);
  drawn.hideCursor();
  input.setRawMode(true);
  let buffer = paper();
  const resized = (): void => {
    buffer = paper();
    drawn.clear();
  };
  return {
    size,
    draw: lines => {
      for (const [y, spans] of lines.entries()) putLine(buffer, y, { spans, ...options });
      buffer.draw({ delta: true });
    },
    listen: told => cleanups.push(listenTo(terminal, told, resized)),
    [Symbol.dispose]: () => {
      process.off('exit', restore);
      restore();
    },
  };
}

function listenTo(
  { input, output }: RawTerminal,
  told: (key: string | undefined) => void,
  resized: () => void,
): () => void {
  const onKey = (text: string | undefined, key: Key): void => {
    const known = keyName(text, key);
    if (known !== undefined) told(known);
  };
  const onSize = (): void => {
    resized();
    told(undefined);
  };
  // Its second argument is told as a whole interface; only this member is read.
  Reflect.apply(emitKeypressEvents, undefined, [input, { escapeCodeTimeout: ESCAPE_MS }]);
  input.on('keypress', onKey);
  output.on('resize', onSize);
  input.resume();
  return () => {
    input.off('keypress', onKey);
    output.off('resize', onSize);
    input.pause();
  };
}

/** What a terminal can show. */
interface Means {
  readonly color: boolean;
  readonly unicode: boolean;
}

/** What takes no column of its own would take one in a grid of characters. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/gu;

interface Drawn extends Means {
  readonly spans: Line;
}

interface Paper {
  put(options: { x: number; y: number; attr: object; wrap: boolean }, text: string): void;
}

function putLine(buffer: Paper, y: number, { spans, color, unicode }: Drawn): void {
  let x = 0;
  for (const { text, tone } of spans) {
    const { color: wanted, ...look } = LOOKS[tone];
    const attr = { color: color && wanted !== undefined ? wanted : 'default', bgColor: 'default', ...look };
    const width = widthOf(text);
    const shown = text.normalize('NFC').replace(ZERO_WIDTH, '');
    buffer.put({ x, y, attr, wrap: false }, unicode ? shown : inAscii(shown));
    x += width;
  }
}
