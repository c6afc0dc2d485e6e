import type { Readable } from 'node:stream';
import { OUTPUT_LIMIT, type Output, Tail } from '../engine/index.ts';

/** Reads what a process prints, as fast as it prints, and keeps the end of it. */
export function capture(streams: { readonly stdout: Readable; readonly stderr: Readable }): () => Output {
  const stdout = keep(streams.stdout);
  const stderr = keep(streams.stderr);
  return () => ({ stdout: stdout.text(), stderr: stderr.text() });
}

function keep(stream: Readable): Tail {
  const tail = new Tail(OUTPUT_LIMIT);
  stream.on('data', (chunk: Buffer) => tail.push(chunk));
  stream.on('error', () => {});
  return tail;
}
