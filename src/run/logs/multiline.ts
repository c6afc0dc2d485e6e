const MAX_LINES = 300;
const MAX_BYTES = 64 * 1024;
const WAIT_MS = 300;

/** What begins a line that belongs to the one before: a frame of a stack, a cause, the rest of a report. */
const GOES_ON =
  /^(?:[ \t]+\S|Caused by: |\.{3} \d+ more|During handling of the above|The above exception|goroutine \d+ \[|\t|[})\]]+[;,]?$)/;
/** What a report begins with whose lines do not all go on by themselves. */
const OPENS = /^(?:Traceback \(most recent call last\)|panic: |fatal error: |thread '.*' panicked at )/;
/** The last line of a Python traceback: the error itself. */
const PYTHON_END = /^[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit)?(?::|$)/;

/** A line that waits for others. */
export interface Pending<T> {
  readonly first: T;
  readonly lines: readonly string[];
}

/** Puts lines together that belong together. */
export interface Joiner<T> {
  /** Takes a line; gives back what is whole now. */
  push(line: T, text: string, nowMs: number): Pending<T> | undefined;
  /** What waited long enough. */
  due(nowMs: number): Pending<T> | undefined;
  /** What waits, at the end. */
  flush(): Pending<T> | undefined;
}

/**
 * Keeps the lines of a report together: frames of stacks, causes, tracebacks, panics. With `start` a line begins
 * something exactly where it matches. At most 300 lines and 64 KiB are put together, and for 0.3 s.
 */
export function joiner<T>(start?: RegExp): Joiner<T> {
  let first: T | undefined;
  let lines: string[] = [];
  let size = 0;
  let atMs = 0;
  let isOpen = false;
  const flush = (): Pending<T> | undefined => {
    if (first === undefined) return undefined;
    const pending = { first, lines };
    first = undefined;
    lines = [];
    size = 0;
    isOpen = false;
    return pending;
  };
  const belongs = (text: string): boolean => {
    if (first === undefined || lines.length >= MAX_LINES || size + text.length > MAX_BYTES) return false;
    if (start !== undefined) return !start.test(text);
    if (GOES_ON.test(text)) return true;
    if (!isOpen) return false;
    const python = lines.some(line => line.startsWith('Traceback'));
    // A traceback ends with its error; a panic with the last of its frames.
    if (python) return PYTHON_END.test(text) && /^\s/.test(lines.at(-1) ?? '');
    return (
      text === '' ||
      /^[\w./*()[\]{}-]+\(.*\)$/.test(text) ||
      /^(?:note|stack backtrace|created by)/.test(text)
    );
  };
  return {
    push: (line, text, nowMs) => {
      if (belongs(text)) {
        lines.push(text);
        size += text.length;
        atMs = nowMs;
        return undefined;
      }
      const before = flush();
      first = line;
      lines = [text];
      size = text.length;
      atMs = nowMs;
      isOpen = OPENS.test(text);
      return before;
    },
    due: nowMs => (first !== undefined && nowMs - atMs >= WAIT_MS ? flush() : undefined),
    flush,
  };
}
