import type { IncomingLine } from './intake.ts';

/** Reads records of the json-file driver. */
export interface RecordReader {
  /** The line that is whole now, if it is. */
  read(bytes: Buffer): IncomingLine | undefined;
}

/**
 * Reads records of the json-file driver, each `{"log": …, "stream": …, "time": …}`: lines of more than 16 KiB come in
 * several, of which only the last ends with a line break. What is no record is passed over.
 */
export function recordReader(maxBytes: number): RecordReader {
  const open = { stdout: nothing(), stderr: nothing() };
  return {
    read: bytes => {
      const record = parse(bytes);
      if (record === undefined) return undefined;
      const { stream, log } = record;
      const one = open[stream];
      const isWhole = log.endsWith('\n');
      const part = isWhole ? log.slice(0, log.endsWith('\r\n') ? -2 : -1) : log;
      const room = maxBytes - one.text.length;
      if (part.length <= room) one.text += part;
      else {
        one.text += part.slice(0, Math.max(0, room));
        one.cutBytes += part.length - Math.max(0, room);
      }
      if (!isWhole) return undefined;
      open[stream] = nothing();
      const cut = one.cutBytes === 0 ? '' : ` … (${one.cutBytes} more)`;
      return { timeMs: record.timeMs, stream, text: one.text + cut, cutBytes: one.cutBytes };
    },
  };
}

function nothing(): { text: string; cutBytes: number } {
  return { text: '', cutBytes: 0 };
}

function parse(
  bytes: Buffer,
): { readonly log: string; readonly stream: IncomingLine['stream']; readonly timeMs: number } | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('log' in value) || typeof value.log !== 'string')
      return undefined;
    const stream = 'stream' in value && value.stream === 'stderr' ? 'stderr' : 'stdout';
    const timeMs = 'time' in value && typeof value.time === 'string' ? Date.parse(value.time) : Number.NaN;
    return { log: value.log, stream, timeMs: Number.isFinite(timeMs) ? timeMs : 0 };
  } catch {
    return undefined;
  }
}
