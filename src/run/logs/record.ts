import type { Level } from './level.ts';

/** A line of a container, or several that belong together. */
export interface LogRecord {
  /** Counts up from 1 in each run. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly project: string;
  readonly service: string;
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  /** What it says it is; undefined where it says nothing. */
  readonly level: Level | undefined;
  /** Lines are separated by line breaks; bytes that are no UTF-8 are U+FFFD. */
  readonly text: string;
}
