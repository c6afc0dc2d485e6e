/** A stream that a person or a program reads. */
export interface Output {
  /** Writes text as it is. A reader that has gone away is no error. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Whether colours are welcome: a terminal, and not `NO_COLOR` (https://no-color.org). */
  readonly color: boolean;
  /** The width in columns; 80 where there is no terminal. */
  readonly columns: number;
}

/** An output that keeps what was written, for tests. */
export interface MemoryOutput extends Output {
  text(): string;
}

/** Makes a {@link MemoryOutput}: no terminal, no colours, 80 columns, unless told. */
export function memoryOutput(like: Partial<Omit<Output, 'write'>> = {}): MemoryOutput {
  const parts: string[] = [];
  return {
    isTerminal: like.isTerminal ?? false,
    color: like.color ?? false,
    columns: like.columns ?? 80,
    write: text => void parts.push(text),
    text: () => parts.join(''),
  };
}
