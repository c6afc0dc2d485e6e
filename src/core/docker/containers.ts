import { setTimeout as sleep } from 'node:timers/promises';
import { isSampanError } from '../errors/index.ts';
import { type CallOptions, type Docker, send, sendForFields, sendForList, sendOnly } from './client.ts';
import { type Fields, fieldsAt, isFields, numberAt, textAt, textMapAt, textsAt } from './json.ts';
import { demultiplex, type OutputChunk } from './stream.ts';

/** What an engine says about a container. */
export interface ContainerDetails {
  readonly id: string;
  readonly running: boolean;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** 0 when it does not run. */
  readonly pid: number;
  /** Host ports by container port (`80/tcp`), bound ones only. */
  readonly ports: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container, as a list shows it. */
export interface ContainerSummary {
  readonly id: string;
  readonly image: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a container uses now; absent where the kernel does not count it. */
export interface ContainerStats {
  readonly memoryBytes: number | undefined;
  /** Cgroup v1 only. */
  readonly peakMemoryBytes: number | undefined;
  readonly cpuMs: number | undefined;
}

/** A container that was made, with what the engine could not do as asked. */
export interface Created {
  readonly id: string;
  readonly warnings: readonly string[];
}

/** Creates a container from the body of `POST /containers/create`. */
export async function createContainer(
  docker: Docker,
  body: Fields,
  options: CallOptions & { readonly name?: string; readonly platform?: string | undefined } = {},
): Promise<Created> {
  const { name, platform, signal } = options;
  const query = { name, platform };
  const call = { method: 'POST', path: '/containers/create', query, json: body, signal } as const;
  const fields = await sendForFields(docker, call);
  return { id: textAt(fields, 'Id'), warnings: textsAt(fields, 'Warnings') };
}

/** Starts it; nothing happens when it runs already. */
export async function startContainer(docker: Docker, id: string, options: CallOptions = {}): Promise<void> {
  await sendOnly(docker, { method: 'POST', path: containerPath(id, 'start'), accept: [304], ...options });
}

/** Resolves with the exit status when it does not run (any more). */
export async function waitContainer(docker: Docker, id: string, options: CallOptions = {}): Promise<number> {
  const call = { method: 'POST', path: containerPath(id, 'wait'), idleMs: 0, ...options } as const;
  return numberAt(await sendForFields(docker, call), 'StatusCode') ?? 0;
}

/** Sends a signal (`SIGTERM`, `15`). False when it does not run or is gone. */
export async function killContainer(
  docker: Docker,
  id: string,
  options: CallOptions & { readonly killSignal: string },
): Promise<boolean> {
  const { killSignal, signal } = options;
  const query = { signal: killSignal };
  const call = {
    method: 'POST',
    path: containerPath(id, 'kill'),
    query,
    accept: [404, 409],
    signal,
  } as const;
  const status = await sendOnly(docker, call);
  return status < 300;
}

/** Sends the stop signal of its configuration, waits, kills. Nothing happens when it does not run. */
export async function stopContainer(
  docker: Docker,
  id: string,
  options: CallOptions & { readonly graceSeconds: number },
): Promise<void> {
  const { graceSeconds, signal } = options;
  const query = { t: graceSeconds };
  const idleMs = (graceSeconds + 60) * 1000;
  await sendOnly(docker, {
    method: 'POST',
    path: containerPath(id, 'stop'),
    query,
    accept: [304],
    idleMs,
    signal,
  });
}

/** @throws SampanError `not-found`. */
export async function inspectContainer(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): Promise<ContainerDetails> {
  const fields = await sendForFields(docker, { method: 'GET', path: containerPath(id, 'json'), ...options });
  const state = fieldsAt(fields, 'State');
  return {
    id: textAt(fields, 'Id'),
    running: state.Running === true,
    exitCode: numberAt(state, 'ExitCode') ?? 0,
    oomKilled: state.OOMKilled === true,
    pid: numberAt(state, 'Pid') ?? 0,
    ports: portsOf(fieldsAt(fieldsAt(fields, 'NetworkSettings'), 'Ports')),
    labels: textMapAt(fieldsAt(fields, 'Config'), 'Labels'),
  };
}

/** The containers with a label (`name` or `name=value`), ended ones too. */
export async function listContainers(
  docker: Docker,
  options: CallOptions & { readonly label: string },
): Promise<readonly ContainerSummary[]> {
  const query = { all: true, filters: JSON.stringify({ label: [options.label] }) };
  const list = await sendForList(docker, {
    method: 'GET',
    path: '/containers/json',
    query,
    signal: options.signal,
  });
  return list.map(item => ({
    id: textAt(item, 'Id'),
    image: textAt(item, 'Image'),
    running: textAt(item, 'State') === 'running',
    labels: textMapAt(item, 'Labels'),
  }));
}

/** Kills and removes it, and its anonymous volumes unless they are kept. True when it was there. */
export async function removeContainer(
  docker: Docker,
  id: string,
  options: CallOptions & { readonly keepsVolumes?: boolean } = {},
): Promise<boolean> {
  const { keepsVolumes = false, signal } = options;
  const query = { force: true, v: !keepsVolumes };
  // 409: another removal of it is under way.
  const call = { method: 'DELETE', path: containerPath(id), query, accept: [404, 409], signal } as const;
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sendOnly(docker, call)) !== 404;
    } catch (error) {
      if (attempt === REMOVALS || !isSampanError(error) || !BUSY.test(error.message)) throw error;
      await sleep(REMOVAL_PAUSE_MS * attempt, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** Something is still closing its files; a moment later the same call succeeds. */
const BUSY = /unable to remove filesystem|directory not empty|device or resource busy/;
const REMOVALS = 4;
const REMOVAL_PAUSE_MS = 150;

/**
 * What it prints from now on, until it ends. The connection is made when this resolves: attached before the
 * start, nothing is missed.
 */
export async function attachContainer(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): Promise<AsyncGenerator<OutputChunk>> {
  const query = { stream: true, stdout: true, stderr: true };
  const call = { method: 'POST', path: containerPath(id, 'attach'), query, idleMs: 0, ...options } as const;
  return demultiplex((await send(docker, call)).body);
}

/** Which part of what a container printed. */
export interface LogSpan {
  readonly follow?: boolean;
  readonly tailLines?: number | undefined;
  /** Seconds since 1970, with a fraction if wanted. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Each line begins with its time (RFC 3339, nanoseconds) and a space. */
  readonly timestamps?: boolean;
  /** It has a terminal: one stream, which is not multiplexed. */
  readonly tty?: boolean;
}

/** What it printed, and with `follow` what it prints until it ends. */
export async function* containerLogs(
  docker: Docker,
  id: string,
  options: CallOptions & LogSpan = {},
): AsyncGenerator<OutputChunk> {
  const { follow, tailLines, since, until, timestamps, tty = false, signal } = options;
  const query = { stdout: true, stderr: true, follow, tail: tailLines, since, until, timestamps };
  const idleMs = follow === true ? 0 : 60_000;
  const reply = await send(docker, { method: 'GET', path: containerPath(id, 'logs'), query, idleMs, signal });
  if (tty) for await (const bytes of reply.body) yield { stream: 'stdout', bytes };
  else yield* demultiplex(reply.body);
}

/** What it uses at this moment. @throws SampanError `not-found`. */
export async function containerStats(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): Promise<ContainerStats> {
  const query = { stream: false, 'one-shot': true };
  const fields = await sendForFields(docker, {
    method: 'GET',
    path: containerPath(id, 'stats'),
    query,
    ...options,
  });
  const memory = fieldsAt(fields, 'memory_stats');
  const cpuNs = numberAt(fieldsAt(fieldsAt(fields, 'cpu_stats'), 'cpu_usage'), 'total_usage');
  return {
    memoryBytes: numberAt(memory, 'usage'),
    peakMemoryBytes: numberAt(memory, 'max_usage'),
    cpuMs: cpuNs === undefined ? undefined : cpuNs / 1e6,
  };
}

function containerPath(id: string, verb?: string): string {
  return `/containers/${encodeURIComponent(id)}${verb === undefined ? '' : `/${verb}`}`;
}

function portsOf(fields: Fields): ContainerDetails['ports'] {
  const found: Record<string, { readonly host: string; readonly port: number }> = {};
  for (const [name, bindings] of Object.entries(fields)) {
    const first = Array.isArray(bindings) ? bindings.find(isFields) : undefined;
    const port = first === undefined ? Number.NaN : Number(textAt(first, 'HostPort'));
    if (first !== undefined && port > 0) found[name] = { host: textAt(first, 'HostIp') || '127.0.0.1', port };
  }
  return found;
}
