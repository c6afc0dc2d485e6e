/** A stream that a person or a program reads. */
export interface Output {
  /** Writes text as it is. A reader that has gone away is no error. */
  write(text: string): void;
  /** Writes bytes as they are, above no progress; resolves when more are welcome. */
  writeBytes(bytes: Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Whether colours are welcome: a terminal, and not `NO_COLOR` (https://no-color.org). */
  readonly color: boolean;
  /** The width in columns; 80 where there is no terminal. */
  readonly columns: number;
}
