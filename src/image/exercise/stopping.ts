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
  const isTaken = ['SigCgt', 'SigBlk'].some(name => {
    const mask = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
    return mask === undefined || (BigInt(`0x${mask}`) & bit) !== 0n;
  });
  return isTaken || waitsForSignals(pid);
}

/** Numbers of rt_sigtimedwait(2), also for programs of 32 bits, and with times of 64. */
const WAITS: Readonly<Record<string, readonly number[]>> = {
  x64: [128, 177, 421],
  arm64: [137, 177, 421],
  arm: [177, 421],
  riscv64: [137],
};

/** While a process waits for signals, as tini does, the kernel shows none of them as blocked. */
function waitsForSignals(pid: number): boolean {
  try {
    const call = readFileSync(`/proc/${pid}/syscall`, 'latin1').split(' ')[0] ?? '';
    return (WAITS[process.arch] ?? []).includes(Number(call));
  } catch {
    return true;
  }
}
