import { readFileSync } from 'node:fs';
import { signalNumber } from '../../core/engine/index.ts';

/**
 * False when a signal does nothing to the first process of a container: the kernel drops those for which such a
 * process has no handler (pid_namespaces(7)). True where that cannot be seen.
 */
export function heeds(pid: number, signal: string): boolean {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return true;
  }
  const bit = 1n << BigInt(signalNumber(signal) - 1);
  // One that is blocked is waited for with sigwait(3) or signalfd(2).
  return ['SigCgt', 'SigBlk'].some(name => {
    const mask = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
    return mask === undefined || (BigInt(`0x${mask}`) & bit) !== 0n;
  });
}
