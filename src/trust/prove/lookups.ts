import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { decodeName } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';

/** A running trace of failed look-ups. */
export interface LookupTrace {
  /** Ends the trace and gives the absolute paths that were not found, each once. */
  finish(): Promise<readonly string[]>;
}

const ATTACH_MS = 5000;

/**
 * Traces the look-ups of a process and all its descendants that fail, with strace(1).
 *
 * @param file where the trace is written
 * @throws SampanError `unavailable` when there is no strace, or it may not trace.
 */
export async function traceLookups(pid: number, file: string, env: NodeJS.ProcessEnv): Promise<LookupTrace> {
  const child = spawn(
    'strace',
    ['-f', '-y', '-s', '4096', '-e', 'trace=%file', '-e', 'status=failed', '-o', file, '-p', String(pid)],
    { stdio: ['ignore', 'ignore', 'pipe'], env },
  );
  await attached(child);
  return {
    finish: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGINT');
        await gone;
      }
      return failedPaths(await readStart(file));
    },
  };
}

const MAX_TRACE_BYTES = 32 << 20;

/** An app may look for something ten thousand times a second. */
async function readStart(path: string): Promise<string> {
  await using file = await open(path);
  const buffer = Buffer.alloc(Math.min((await file.stat()).size, MAX_TRACE_BYTES));
  const { bytesRead } = await file.read(buffer);
  return buffer.toString('latin1', 0, bytesRead);
}

async function attached(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (why: string): void =>
    reject(
      new SampanError('unavailable', `look-ups cannot be traced: ${why}`, {
        remedy: 'apt-get install strace',
      }),
    );
  const timer = setTimeout(() => refuse('strace does not attach'), ATTACH_MS);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (/attached/.test(said)) resolve();
  });
  child.on('error', error => refuse(error.message));
  child.on('exit', () => refuse(said.trim()));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

const CALL =
  /^(?:\d+\s+)?(\w+)\((?:(?:AT_FDCWD|\d+)<((?:[^>\\]|\\.)*)>,\s*)?"((?:[^"\\]|\\.)*)".*=\s*-1 ENOENT/;

/** The absolute paths of calls that failed because nothing was there; relative ones only where the base is known. */
export function failedPaths(trace: string): string[] {
  const paths = new Set<string>();
  for (const line of trace.split('\n')) {
    const [, , base, name] = CALL.exec(line) ?? [];
    if (name === undefined || name === '') continue;
    const path = unescaped(name);
    if (path.startsWith('/')) paths.add(posix.normalize(path));
    else if (base?.startsWith('/')) paths.add(posix.resolve(unescaped(base), path));
  }
  return [...paths];
}

const CONTROLS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 };

/** Strace writes bytes as C does: `\n`, `\"`, `\303\251`. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code)
      ? String.fromCharCode(Number.parseInt(code, 8) & 0xff)
      : String.fromCharCode(CONTROLS[code] ?? code.charCodeAt(0)),
  );
  return decodeName(Buffer.from(bytes, 'latin1'));
}
