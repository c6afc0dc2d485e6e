import { spawn } from 'node:child_process';
import { SampanError } from '../errors/index.ts';

/** What a program of the host did. */
export interface ProgramResult {
  readonly code: number;
  /** The last 64 KiB that it printed on both streams. */
  readonly output: string;
}

const OUTPUT_LIMIT = 64 * 1024;

/** Runs a short program of the host to its end; any status is an answer. @throws SampanError `unavailable`, `timeout`. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly timeoutMs?: number; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<ProgramResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const timeoutMs = options.timeoutMs ?? 30_000;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.on('error', error =>
    reject(new SampanError('unavailable', `cannot run ${program}`, { cause: error })),
  );
  child.on('close', (code, signal) => {
    if (signal === 'SIGKILL')
      reject(new SampanError('timeout', `${program} did not end within ${timeoutMs} ms`));
    else resolve({ code: code ?? 1, output });
  });
  return promise;
}
