import { spawn } from 'node:child_process';
import type { Container } from '../../core/engine/index.ts';
import { askPatiently, judge, nameOf } from './http.ts';
import type { Probe, ProbeResult } from './types.ts';

const EXEC_TIMEOUT_MS = 60_000;
const SCRIPT_TIMEOUT_MS = 600_000;

/** Carries out one probe. It never throws but for `signal`: what goes wrong is its result. */
export async function runProbe(
  probe: Probe,
  container: Container,
  options: { readonly ports: readonly number[]; readonly signal?: AbortSignal },
): Promise<ProbeResult> {
  try {
    if (probe.kind === 'http') return judge(probe, await askPatiently(container, probe, options.signal));
    if (probe.kind === 'exec') return await runExec(probe.args, container, options.signal);
    return await runScript(probe.path, container, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return {
      name: probeName(probe),
      ok: false,
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

/** How a probe is named in reports. */
function probeName(probe: Probe): string {
  if (probe.kind === 'http') return nameOf(probe);
  return probe.kind === 'exec' ? `exec ${probe.args.join(' ')}` : `script ${probe.path}`;
}

async function runExec(
  args: readonly string[],
  container: Container,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  const options = signal === undefined ? {} : { signal };
  const result = await container.exec(args, { timeoutMs: EXEC_TIMEOUT_MS, ...options });
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  return {
    name: `exec ${args.join(' ')}`,
    ok: result.code === 0 && !result.timedOut,
    detail: result.timedOut ? 'no end in time' : `exit ${result.code}${result.code === 0 ? '' : ` ${last}`}`,
    status: result.code,
  };
}

/** The script finds the app by SAMPAN_HOST, SAMPAN_PORT (the first port) and SAMPAN_PORT_<port>. */
function runScript(
  path: string,
  container: Container,
  options: { readonly ports: readonly number[]; readonly signal?: AbortSignal },
): Promise<ProbeResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, SAMPAN_CONTAINER: container.id };
  for (const [i, port] of options.ports.entries()) {
    const address = container.address(port);
    env[`SAMPAN_PORT_${port}`] = String(address.port);
    if (i === 0) Object.assign(env, { SAMPAN_HOST: address.host, SAMPAN_PORT: String(address.port) });
  }
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResult>();
  // The option `timeout` of spawn would hold the process up after a program that cannot be started.
  const late = AbortSignal.timeout(SCRIPT_TIMEOUT_MS);
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  const child = spawn(path, [], { env, stdio: ['ignore', 'ignore', 'pipe'], signal });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500);
  });
  child.on('error', error => reject(late.aborted ? new Error('no end in time') : error));
  child.on('close', (code, signal) => {
    const last = said.trim().split('\n').at(-1) ?? '';
    const detail = code === 0 ? 'exit 0' : `exit ${code ?? signal} ${last}`;
    resolve({ name: `script ${path}`, ok: code === 0, detail, ...(code === null ? {} : { status: code }) });
  });
  return promise;
}
