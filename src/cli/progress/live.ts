import type { Progress, Stage } from '../../core/progress/index.ts';
import { formatDuration, type Style, truncate, visible, widthOf } from '../output/index.ts';
import { screenBlock } from './block.ts';

/** What the live display needs from outside. */
export interface LiveDisplay {
  /** To the terminal. */
  write(text: string): void;
  readonly columns: () => number;
  readonly style: Style;
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls `tick` every `ms` until the returned function is called; must not keep the process alive. */
  every(ms: number, tick: () => void): () => void;
}

/** A display of open stages at the bottom of a terminal. */
export interface LiveProgress extends Progress {
  /** Writes other text to the terminal, above the open stages. */
  above(write: () => void): void;
  /** Removes the open stages from the screen and gives the cursor back. It may be called twice. */
  close(): void;
}

interface OpenStage {
  readonly title: string;
  readonly started: number;
  text: string;
}

const REDRAW_MS = 100;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/**
 * Progress for a terminal: one line for each open stage, with a spinner, what it is doing and its time, drawn
 * at most ten times a second; a stage that has ended stays above as one line.
 */
export function liveProgress(display: LiveDisplay): LiveProgress {
  const open = new Set<OpenStage>();
  const block = screenBlock(display.write);
  let frame = 0;
  let stopTicking: (() => void) | undefined;

  const draw = (above?: string) =>
    block.draw(
      [...open].map(stage => stageLine(stage, frame, display)),
      above,
    );
  const tick = () => {
    frame++;
    draw();
  };
  const close = () => {
    stopTicking?.();
    stopTicking = undefined;
    block.close();
  };
  const end = (stage: OpenStage, line: string) => {
    if (!open.delete(stage)) return;
    draw(line);
    if (open.size === 0) close();
  };
  return {
    close,
    above(write) {
      block.erase();
      write();
      if (stopTicking !== undefined) draw();
    },
    stage(title) {
      const stage: OpenStage = { title: visible(title), started: display.now(), text: '' };
      open.add(stage);
      stopTicking ??= display.every(REDRAW_MS, tick);
      draw();
      return stageHandle(stage, display, end);
    },
  };
}

function stageHandle(
  stage: OpenStage,
  display: LiveDisplay,
  end: (stage: OpenStage, line: string) => void,
): Stage {
  const { green, red } = display.style;
  return {
    update: text => {
      stage.text = visible(text);
    },
    done: text => end(stage, endLine(stage, { mark: green('✓'), text: text ?? '', display })),
    fail: text => end(stage, endLine(stage, { mark: red('✗'), text: text ?? 'failed', display })),
  };
}

function stageLine(stage: OpenStage, frame: number, display: LiveDisplay): string {
  const mark = display.style.cyan(SPINNER[frame % SPINNER.length] ?? ' ');
  return composeLine(stage, { mark, text: stage.text, display });
}

function endLine(stage: OpenStage, parts: LineParts): string {
  return composeLine(stage, { ...parts, text: visible(parts.text) });
}

interface LineParts {
  readonly mark: string;
  readonly text: string;
  readonly display: LiveDisplay;
}

/** Never wider than the terminal: a line that wraps could not be drawn over. */
function composeLine(stage: OpenStage, { mark, text, display }: LineParts): string {
  const { dim } = display.style;
  const columns = display.columns() - 1;
  const elapsed = display.now() - stage.started;
  const time = elapsed < 100 ? '' : formatDuration(elapsed);
  const title = truncate(stage.title, Math.max(1, columns - 2));
  const room = columns - 2 - widthOf(title) - widthOf(time) - 4;
  const said = text === '' || room < 4 ? '' : `  ${dim(truncate(text, room))}`;
  return `${mark} ${title}${said}${time === '' || room < 0 ? '' : `  ${dim(time)}`}`;
}
