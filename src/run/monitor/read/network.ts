import { join } from 'node:path';
import type { ReadFile } from './files.ts';

/** What went through the interfaces of a network namespace, loopback left out. */
export interface NetworkSample {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receiveErrors: number;
  readonly receiveDrops: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly sendErrors: number;
  readonly sendDrops: number;
}

/** Reads `/proc/PID/net/dev`: sixteen counters behind each interface. */
export function sampleNetwork(pid: number, read: ReadFile, root = '/'): NetworkSample | undefined {
  const text = read(join(root, `proc/${pid}/net/dev`));
  if (text === undefined) return undefined;
  const sums = new Array<number>(16).fill(0);
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0 || line.slice(0, colon).trim() === 'lo') continue;
    const counters = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    for (let i = 0; i < 16; i++) sums[i] = (sums[i] ?? 0) + (Number(counters[i]) || 0);
  }
  const at = (index: number): number => sums[index] ?? 0;
  return {
    receivedBytes: at(0),
    receivedPackets: at(1),
    receiveErrors: at(2),
    receiveDrops: at(3),
    sentBytes: at(8),
    sentPackets: at(9),
    sendErrors: at(10),
    sendDrops: at(11),
  };
}
