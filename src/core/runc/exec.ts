import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  completeEnvironment,
  type ExecOptions,
  type ExecResult,
  isMissingProgram,
  resolveUser,
} from '../engine/index.ts';
import { SampanError } from '../errors/index.ts';
import { killTree } from '../work/index.ts';
import { capture } from './capture.ts';
import { processObject } from './config.ts';
import type { Prepared } from './prepare.ts';
import type { Runtime } from './runtime.ts';

const NOT_FOUND_STATUS = 127;

/** Runs a command beside the first process. A missing program is status 127, as a shell has it. */
export async function execInside(
  runtime: Runtime,
  prepared: Prepared,
  command: ExecOptions & { readonly args: readonly string[]; readonly name: string },
): Promise<ExecResult> {
  const files = execFiles(prepared, command.name);
  writeFileSync(files.process, JSON.stringify(processFor(prepared, command)));
  const child = spawn(
    runtime.program,
    [
      ...['--root', prepared.paths.root, '--log', files.log, '--log-format', 'json', 'exec'],
      ...['--process', files.process, '--pid-file', files.pid, prepared.work.id],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: prepared.work.childEnvironment },
  );
  const output = capture(child);
  const { code, timedOut } = await awaitEnd(child, command, () => killTree(Number(readQuietly(files.pid))));
  if (command.signal?.aborted === true) throw new SampanError('cancelled', `cancelled ${command.args[0]}`);
  const words = readQuietly(files.log);
  if (code !== 0 && readQuietly(files.pid) === '' && isMissingProgram(words)) {
    return { code: NOT_FOUND_STATUS, stdout: '', stderr: `${command.args[0]}: not found\n`, timedOut };
  }
  return { code: timedOut ? 137 : code, ...output(), timedOut };
}

function execFiles(
  prepared: Prepared,
  name: string,
): { readonly process: string; readonly log: string; readonly pid: string } {
  const file = (kind: string) => join(prepared.work.path, `${name}.${kind}`);
  return { process: file('json'), log: file('log'), pid: file('pid') };
}

function processFor(prepared: Prepared, command: ExecOptions & { readonly args: readonly string[] }): object {
  const { spec, hostname, capabilities } = prepared;
  const user = resolveUser(spec.rootfs, command.user ?? spec.user);
  const own = command.env ?? [];
  const names = new Set(own.map(one => one.split('=', 1)[0]));
  const inherited = spec.env.filter(one => !names.has(one.split('=', 1)[0]));
  const env = completeEnvironment([...inherited, ...own], { hostname, home: user.home });
  const cwd = spec.workingDirectory.startsWith('/') ? spec.workingDirectory : `/${spec.workingDirectory}`;
  return processObject({ args: command.args, env, cwd, user, capabilities });
}

async function awaitEnd(
  child: ChildProcess,
  options: ExecOptions,
  kill: () => boolean,
): Promise<{ readonly code: number; readonly timedOut: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject);
  child.on('close', code => resolve(code ?? 137));
  let timedOut = false;
  const end = () => {
    if (!kill()) child.kill('SIGKILL');
    // What it left behind may hold the pipes open.
    setTimeout(() => resolve(137), 1000).unref();
  };
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, options.timeoutMs);
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted === true) end();
  try {
    return { code: await promise, timedOut };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
