import type { Output } from '../output/index.ts';

/** An output that keeps what was written. */
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
    writeBytes: async bytes => void parts.push(Buffer.from(bytes).toString('utf8')),
    text: () => parts.join(''),
  };
}
