import { spawn } from 'node:child_process';
import { SampanError } from '../../core/errors/index.ts';
import { isFields, textAt } from './json-file.ts';
import type { Credentials } from './types.ts';

const MAX_ANSWER_BYTES = 1 << 16;
const TIMEOUT_MS = 60_000;
const NOT_FOUND = /credentials not found|no credentials server/i;

/**
 * Asks a credential helper, `docker-credential-NAME`, for a server's credentials (docker-credential-helpers, "get":
 * the server on standard input, JSON on standard output). Its answer is told to nobody else.
 *
 * @throws SampanError `unavailable` when it cannot be run or fails, `invalid` for an answer that cannot be read,
 *   `timeout` after a minute.
 */
export async function askHelper(
  name: string,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs = TIMEOUT_MS,
): Promise<Credentials | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    throw new SampanError(
      'invalid',
      `not the name of a credential helper: ${JSON.stringify(name.slice(0, 40))}`,
    );
  }
  const program = `docker-credential-${name}`;
  const { status, output } = await run(program, server, { env, timeoutMs });
  if (status !== 0 && NOT_FOUND.test(output)) return undefined;
  if (status !== 0) throw new SampanError('unavailable', `${program} get: failed with status ${status}`);
  return credentialsOf(output, program);
}

function credentialsOf(output: string, program: string): Credentials | undefined {
  const answer = parse(output);
  const password = isFields(answer) ? textAt(answer, 'Secret') : undefined;
  const username = isFields(answer) ? (textAt(answer, 'Username') ?? '') : '';
  if (!isFields(answer)) throw new SampanError('invalid', `${program} get: its answer is not a JSON object`);
  if (password === undefined) return undefined;
  return username === '<token>'
    ? { kind: 'identity', token: password }
    : { kind: 'basic', username, password };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function run(
  program: string,
  server: string,
  {
    env,
    timeoutMs,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly timeoutMs: number },
): Promise<{ readonly status: number; readonly output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; output: string }>();
  const child = spawn(program, ['get'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...env },
    detached: true,
  });
  const chunks: Buffer[] = [];
  let size = 0;
  const give = (error: SampanError): void => {
    reject(error);
    endFamily(child.pid);
    child.stdout.destroy();
  };
  const timer = setTimeout(() => {
    give(new SampanError('timeout', `${program} get: no answer in ${timeoutMs / 1000} s`));
  }, timeoutMs);
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) give(new SampanError('limit', `${program} get: too long an answer`));
    else chunks.push(chunk);
  });
  // It may end without having read.
  child.stdin.on('error', () => {});
  child.stdin.end(`${server}\n`);
  child.on('error', error => reject(cannotRun(program, error)));
  child.on('close', code => resolve({ status: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  promise.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
  return promise;
}

function cannotRun(program: string, cause: unknown): SampanError {
  return new SampanError('unavailable', `cannot run ${program}`, {
    cause,
    remedy: 'install it, or take its name out of credsStore and credHelpers and log in again',
  });
}

/** Also what it started: that may hold its output open. */
function endFamily(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
