import type { TraceBuilder } from './model.ts';
import { syscallNames } from './syscalls.ts';

/** What is traced, and for how long. */
export interface ProbeLimits {
  /** The number of the control group of version 2. */
  readonly group: number;
  readonly seconds: number;
  /** Events a second that are looked at; all are counted. */
  readonly perSecond: number;
}

/** The longest text that it can hand over. */
export const TEXT_BYTES = 200;

/** The program for bpftrace: calls of one control group, counted; names of files and addresses, at a bounded rate. */
export function bpfProgram({ group, seconds, perSecond }: ProbeLimits): string {
  const mine = `/cgroup == ${group}/`;
  const bounded = (print: string): string =>
    `${mine} { if (@budget < ${perSecond}) { @budget++; ${print} } else { @dropped++; } }`;
  const path = (kind: string): string => bounded(`printf("${kind} %d %s", pid, str(args->filename));`);
  return [
    'BEGIN { @budget = 0; @dropped = 0; printf("ready"); }',
    `tracepoint:raw_syscalls:sys_enter ${mine} { @calls[args->id] = count(); }`,
    `tracepoint:syscalls:sys_enter_openat ${path('open')}`,
    `tracepoint:syscalls:sys_enter_execve ${path('exec')}`,
    `tracepoint:syscalls:sys_enter_connect ${bounded('printf("conn %d %r", pid, buf(args->uservaddr, 28));')}`,
    'interval:s:1 { @budget = 0; }',
    `interval:s:${seconds} { exit(); }`,
    'END { clear(@budget); }',
  ].join('\n');
}

/** Reads what bpftrace writes with `-f json`, a line at a time; what is of no known form is passed over. */
export function bpfReader(to: TraceBuilder, arch: string, ready: () => void): (line: string) => void {
  const names = syscallNames(arch);
  return line => {
    const message = parse(line);
    if (message === undefined) return;
    const { type, data } = message;
    if (type === 'printf' && typeof data === 'string') {
      if (data === 'ready') ready();
      else readEvent(data, to);
    }
    if (type !== 'map' || typeof data !== 'object' || data === null) return;
    if ('@dropped' in data) to.dropped(Number(data['@dropped']) || 0);
    if ('@calls' in data && typeof data['@calls'] === 'object')
      for (const [id, count] of Object.entries(data['@calls'] ?? {}))
        to.syscall(names.get(Number(id)) ?? `syscall_${id}`, Number(count) || 0);
  };
}

function readEvent(text: string, to: TraceBuilder): void {
  const match = /^(open|exec|conn) (\d+) (.*)$/s.exec(text);
  if (match === null) return;
  const [, kind, , rest = ''] = match;
  if (kind === 'conn') {
    const address = addressOf(rest);
    if (address !== undefined) to.connected(address);
    return;
  }
  // A longer one was cut, and is another path.
  if (Buffer.byteLength(rest) >= TEXT_BYTES - 1) to.dropped(1);
  else if (!rest.startsWith('/')) return;
  else if (kind === 'open') to.opened(rest);
  else to.started(rest);
}

/** An address as the kernel takes it, its bytes escaped where they are no letters. (connect(2), ip(7), ipv6(7)) */
function addressOf(text: string): string | undefined {
  const bytes = bytesOf(text);
  const family = bytes.readUInt8(0) | (bytes.readUInt8(1) << 8);
  const port = bytes.readUInt16BE(2);
  if (family === 2) return `${bytes.subarray(4, 8).join('.')}:${port}`;
  if (family === 10) {
    const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + i * 2).toString(16));
    return `[${words.join(':')}]:${port}`;
  }
  if (family !== 1) return undefined;
  const end = bytes.indexOf(0, 3);
  return `unix:${bytes
    .subarray(2, end < 0 ? undefined : end)
    .toString('utf8')
    .replace(/^\0/, '@')}`;
}

function bytesOf(text: string): Buffer {
  const bytes = Buffer.alloc(28);
  let at = 0;
  for (const [one, hex] of text.matchAll(/\\x([0-9a-f]{2})|[\s\S]/g)) {
    if (at >= bytes.length) break;
    bytes[at++] = hex === undefined ? one.charCodeAt(0) & 255 : Number.parseInt(hex, 16);
  }
  return bytes;
}

function parse(line: string): { readonly type: unknown; readonly data: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value && 'data' in value
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
