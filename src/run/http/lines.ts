import { StringDecoder } from 'node:string_decoder';
import type { OutputChunk } from '../../core/docker/index.ts';

/** A line that a container printed. */
export interface LogLine {
  readonly stream: OutputChunk['stream'];
  /** RFC 3339; empty when the engine did not tell it. */
  readonly time: string;
  readonly level: LogLevel | undefined;
  readonly text: string;
}

/** How serious a line is. */
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** What is wanted of all lines. */
export interface LineFilter {
  /** A text that must be in it, in whatever case. */
  readonly grep: string;
  /** It, or worse; lines of no known level are taken for information. */
  readonly level: LogLevel | undefined;
}

/** The order of levels, mildest first. */
export const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];
/** A longer line is cut here: nobody reads it on a page. */
export const MAX_LINE_CHARACTERS = 8192;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)) /;

/** Puts lines together from what both streams of a container give, with the engine's time before each. */
export function lineSplitter(): { add(chunk: OutputChunk): LogLine[]; rest(): LogLine[] } {
  const streams = { stdout: openPart(), stderr: openPart() };
  return {
    add: ({ stream, bytes }) => streams[stream].add(bytes).map(text => lineOf(stream, text)),
    rest: () =>
      (['stdout', 'stderr'] as const).flatMap(stream =>
        streams[stream].rest().map(text => lineOf(stream, text)),
      ),
  };
}

function openPart(): { add(bytes: Uint8Array): string[]; rest(): string[] } {
  const decoder = new StringDecoder('utf8');
  let part = '';
  const most = MAX_LINE_CHARACTERS + 64;
  return {
    add: bytes => {
      const [first = '', ...more] = decoder.write(Buffer.from(bytes)).split('\n');
      // What is cut off an endless line is never kept.
      const head = part.length < most ? part + first.slice(0, most - part.length) : part;
      if (more.length === 0) {
        part = head;
        return [];
      }
      part = (more.pop() ?? '').slice(0, most);
      return [head, ...more.map(text => text.slice(0, most))];
    },
    rest: () => (part === '' ? [] : [part]),
  };
}

function lineOf(stream: OutputChunk['stream'], raw: string): LogLine {
  const time = TIMESTAMP.exec(raw)?.[1] ?? '';
  const text = raw.slice(time === '' ? 0 : time.length + 1, MAX_LINE_CHARACTERS + 64).replace(/\r$/, '');
  const shown = text.length > MAX_LINE_CHARACTERS ? `${text.slice(0, MAX_LINE_CHARACTERS)}…` : text;
  return { stream, time, level: levelOf(shown), text: shown };
}

const WORDS: readonly (readonly [LogLevel, RegExp])[] = [
  ['error', /^(?:e|err|error|fatal|crit|critical|panic|alert|emerg|emergency|severe)$/],
  ['warning', /^(?:w|warn|warning)$/],
  ['info', /^(?:i|info|information|notice)$/],
  ['debug', /^(?:d|debug|trace|verbose)$/],
];
/** `"level":"warn"`, `level=warn`, `[WARN]`, `WARN:`, ` ERROR `: near the beginning, where programs write it. */
const NAMED = /"?\b(?:level|severity|lvl)"?\s*[:=]\s*"?([a-z]+)/i;
const BRACKETED = /[[<(]([a-z]{1,11})[\])>]/i;
const SHOUTED =
  /\b(ERROR|ERR|FATAL|CRITICAL|PANIC|WARN|WARNING|INFO|NOTICE|DEBUG|TRACE)\b|\b(error|warning|fatal|panic):/;

/** The level of a line as most programs write it; undefined when it says none. */
export function levelOf(text: string): LogLevel | undefined {
  const head = text.slice(0, 300);
  for (const pattern of [NAMED, BRACKETED, SHOUTED]) {
    const match = pattern.exec(head);
    const word = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
    const found = word === '' ? undefined : WORDS.find(([, words]) => words.test(word))?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a filter lets a line pass. */
export function passes({ text, level }: LogLine, { grep, level: least }: LineFilter): boolean {
  if (least !== undefined && LEVELS.indexOf(level ?? 'info') < LEVELS.indexOf(least)) return false;
  return grep === '' || text.toLowerCase().includes(grep.toLowerCase());
}
