import type { TraceBuilder } from './model.ts';

const CALL = /^(?:\d+ +)?([a-z_][a-z0-9_]*)\((.*)$/s;
const STRING = /"((?:[^"\\]|\\.)*)"/;
const RESULT = /\) += (-?\d+)(?:<((?:[^>\\]|\\.)*)>)?(?: ([A-Z]+))?/;
const OPENS: ReadonlySet<string> = new Set(['open', 'openat', 'openat2', 'creat']);
const LOOKS: ReadonlySet<string> = new Set([
  'stat',
  'lstat',
  'newfstatat',
  'access',
  'faccessat',
  'faccessat2',
  'readlink',
]);
const STARTS: ReadonlySet<string> = new Set(['execve', 'execveat']);

/** How `strace` is called for processes: one call a line, with the paths of descriptors, no data. */
export function straceArguments(pids: readonly number[]): readonly string[] {
  return ['-f', '-qq', '-y', '-xx', '-s', '0', ...pids.flatMap(pid => ['-p', String(pid)])];
}

/** Reads lines of strace; one that is of no known form is passed over. */
export function straceReader(to: TraceBuilder): (line: string) => void {
  // Calls that others interrupt end on a line of their own.
  const unfinished = new Map<string, string>();
  return line => {
    const pid = /^(?:\[pid +)?(\d+)\]? +/.exec(line);
    const text = pid === null ? line : line.slice(pid[0].length);
    const key = pid?.[1] ?? '';
    const broken = text.indexOf('<unfinished ...>');
    if (broken >= 0) {
      if (unfinished.size < 10_000) unfinished.set(key, text.slice(0, broken));
      return;
    }
    const resumed = /^<\.\.\. [a-z0-9_]+ resumed>/.exec(text);
    const before = resumed === null ? '' : unfinished.get(key);
    if (before === undefined) return;
    unfinished.delete(key);
    readCall(resumed === null ? text : before + text.slice(resumed[0].length), to);
  };
}

function readCall(text: string, to: TraceBuilder): void {
  const [, name, rest = ''] = CALL.exec(text) ?? [];
  if (name === undefined) return;
  to.syscall(name, 1);
  if (name === 'connect') readConnect(rest, to);
  const isOpen = OPENS.has(name);
  const isStart = STARTS.has(name);
  if (!isOpen && !isStart && !LOOKS.has(name)) return;
  const path = pathOf(rest);
  const [, result = '', , code] = RESULT.exec(rest) ?? [];
  if (path === undefined || result === '') return;
  if (code === 'ENOENT') to.missing(path);
  else if (isStart && result === '0') to.started(path);
  else if (!result.startsWith('-') && isOpen) to.opened(path);
}

/** A relative path starts at the directory of its descriptor, or the current one. */
function pathOf(rest: string): string | undefined {
  const found = STRING.exec(rest)?.[1];
  if (found === undefined) return undefined;
  const path = unescaped(found);
  if (path.startsWith('/')) return path;
  const base = /^(?:AT_FDCWD|\d+)<((?:[^>\\]|\\.)*)>/.exec(rest)?.[1];
  if (base === undefined || path === '') return undefined;
  const directory = unescaped(base);
  return directory.startsWith('/') ? `${directory === '/' ? '' : directory}/${path}` : undefined;
}

function readConnect(rest: string, to: TraceBuilder): void {
  const v4 = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/.exec(rest);
  if (v4 !== null) to.connected(`${unescaped(v4[2] ?? '')}:${v4[1]}`);
  const v6 = /sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"/.exec(rest);
  if (v6 !== null) to.connected(`[${unescaped(v6[2] ?? '')}]:${v6[1]}`);
  const unix = /sun_path=(@?)"((?:[^"\\]|\\.)*)"/.exec(rest);
  if (unix !== null) to.connected(`unix:${unix[1]}${unescaped(unix[2] ?? '')}`);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** As strace escapes: C, with octal and hexadecimal numbers of bytes. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (const [, hex, octal, letter, plain] of text.matchAll(
    /\\x([0-9a-f]{2})|\\([0-7]{1,3})|\\(.)|([^\\]+)/gs,
  )) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else bytes.push(...Buffer.from(plain ?? ESCAPES[letter ?? ''] ?? letter ?? ''));
  }
  return Buffer.from(bytes).toString('utf8');
}
