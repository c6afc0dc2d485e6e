/** A line without its end. */
export interface RawLine {
  readonly bytes: Buffer;
  /** How many bytes were left out at its end. */
  readonly cutBytes: number;
}

/** Puts lines together. */
export interface LineCutter {
  /** Calls back for every line that is whole now. Its bytes may be used until the next call. */
  push(chunk: Uint8Array, line: (line: RawLine) => void): void;
  /** Calls back for what has no end yet, if there is anything. */
  end(line: (line: RawLine) => void): void;
  /** Forgets what has no end yet. */
  reset(): void;
}

/** Cuts bytes into lines; of a line nothing above `maxBytes` is kept, however long it is. */
export function lineCutter(maxBytes: number): LineCutter {
  let parts: Buffer[] = [];
  let size = 0;
  let cut = 0;
  const keep = (part: Buffer, isCopied: boolean): void => {
    const room = Math.max(0, maxBytes - size);
    const kept = part.subarray(0, room);
    cut += part.length - kept.length;
    if (kept.length === 0) return;
    size += kept.length;
    parts.push(isCopied ? Buffer.from(kept) : kept);
  };
  const take = (): RawLine => {
    const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    const line = { bytes, cutBytes: cut };
    parts = [];
    size = 0;
    cut = 0;
    return line;
  };
  return {
    push: (chunk, line) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let from = 0;
      for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
        keep(bytes.subarray(from, at), false);
        from = at + 1;
        line(take());
      }
      // What waits for its end must not hold all of a large chunk.
      if (from < bytes.length) keep(bytes.subarray(from), true);
    },
    end: line => {
      if (size + cut > 0) line(take());
    },
    reset: () => void take(),
  };
}
