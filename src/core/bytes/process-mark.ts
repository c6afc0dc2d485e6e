import { readFileSync } from 'node:fs';

const MARK = /^([1-9][0-9]{0,9})-([0-9]{1,20})$/;

/** A name for a running process that is never given again: its number, and when it started in clock ticks. */
export function processMark(pid: number = process.pid): string {
  return `${pid}-${startOf(pid) ?? 0}`;
}

/**
 * True while the process that made the mark runs. What is not a mark was made by no process: false.
 * Where the start of processes cannot be read (no `/proc`), any process of that number counts.
 */
export function isMarkAlive(mark: string): boolean {
  const [, pid, start] = MARK.exec(mark) ?? [];
  if (pid === undefined || start === undefined) return false;
  const now = startOf(Number(pid));
  if (now !== undefined) return start === '0' || now === start;
  return startOf(process.pid) === undefined && answers(Number(pid));
}

/** Field 22 of `/proc/PID/stat` (proc(5)); the name of the program, field 2, may hold spaces. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
