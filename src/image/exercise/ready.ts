import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, ExecResult, Exit } from '../../core/engine/index.ts';
import type { HealthCommand } from './health.ts';
import { listeningPorts } from './sockets.ts';

/** When an app counts as ready. */
export interface Readiness {
  /** All of these accept connections; or, with `some`, at least one has for a while and the others do not follow. */
  readonly ports: readonly number[];
  readonly some?: boolean;
  /** And this succeeds. */
  readonly health?: HealthCommand;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** How waiting ended. */
export type Waited =
  | { readonly kind: 'ready'; readonly ports: readonly number[] }
  | { readonly kind: 'too-late'; readonly health?: ExecResult }
  | { readonly kind: 'ended'; readonly exit: Exit };

const POLL_MS = 10;
/** An app without ports and health check is ready when it has been quiet for so long. */
const QUIET_MS = 600;
const AT_LEAST_MS = 1200;
const QUIET_CPU_MS = 10;
const ENDING_MS = 1000;
/** An image may expose ports that it only uses when it is told to: so long the others are waited for. */
const OTHERS_MS = 2000;

/** Waits until the app is ready, has ended, or the time is over. */
export async function waitReady(container: Container, readiness: Readiness): Promise<Waited> {
  const ended = container.wait().then(exit => ({ kind: 'ended', exit }) as const);
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, ...(readiness.signal ? [readiness.signal] : [])]);
  const failed: { health?: ExecResult } = {};
  const late = sleep(readiness.timeoutMs, undefined, { signal }).then(
    () => ({ kind: 'too-late', ...failed }) as const,
  );
  const ready = becomesReady(container, { ...readiness, signal }, failed).then(
    ports => ({ kind: 'ready', ports }) as const,
    // An app that has just ended is the likeliest reason, and the engine may say so a little later.
    async error => (await Promise.race([ended, sleep(ENDING_MS)])) ?? Promise.reject(error),
  );
  for (const each of [late, ready]) each.catch(() => {});
  try {
    const first = await Promise.race([ended, late, ready]);
    readiness.signal?.throwIfAborted();
    return first;
  } finally {
    controller.abort();
  }
}

/** What the health check gave when it failed is put into `failed`: the time may end at any moment. */
async function becomesReady(
  container: Container,
  readiness: Readiness,
  failed: { health?: ExecResult },
): Promise<readonly number[]> {
  const ports = readiness.ports.length > 0 ? await openPorts(container, readiness) : [];
  if (readiness.ports.length === 0 && readiness.health === undefined)
    await quiet(container, readiness.signal);
  const { health } = readiness;
  for (let healthy = health === undefined; !healthy && health !== undefined; ) {
    const result = await container.exec(health.args, {
      timeoutMs: health.timeoutMs,
      ...(readiness.signal === undefined ? {} : { signal: readiness.signal }),
    });
    healthy = result.code === 0;
    if (!healthy) failed.health = result;
    if (!healthy) await pause(POLL_MS * 10, readiness.signal);
  }
  return ports;
}

/** Waits for the ports, and says which of them are open. */
async function openPorts(container: Container, readiness: Readiness): Promise<readonly number[]> {
  let since: number | undefined;
  for (;;) {
    const open = await openNow(container, readiness.ports);
    if (open.length === readiness.ports.length) return open;
    if (open.length > 0) since ??= performance.now();
    if (readiness.some === true && since !== undefined && performance.now() - since > OTHERS_MS) return open;
    await pause(POLL_MS, readiness.signal);
  }
}

async function openNow(container: Container, ports: readonly number[]): Promise<number[]> {
  const accepted: number[] = [];
  for (const port of ports) if (await accepts(container.address(port))) accepted.push(port);
  // Whoever forwards the port may be slow to say that nobody is there. The kernel knows, but asking it is dear.
  if (accepted.length === 0 || container.pid === undefined) return accepted;
  const listening = listeningPorts(container.pid);
  return accepted.filter(port => listening?.has(port) === true);
}

const HELD_MS = 15;

/** True when a connection is taken and not dropped at once. */
function accepts(address: { readonly host: string; readonly port: number }): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(address);
  let timer: NodeJS.Timeout | undefined;
  const end = (accepted: boolean): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve(accepted);
  };
  socket.on('connect', () => {
    timer = setTimeout(end, HELD_MS, true);
  });
  socket.on('data', () => end(true));
  socket.on('error', () => end(false));
  socket.on('close', () => end(false));
  return promise;
}

async function quiet(container: Container, signal?: AbortSignal): Promise<void> {
  const start = performance.now();
  let calmSince = start;
  let last = (await container.usage()).cpuMs ?? 0;
  while (performance.now() - start < AT_LEAST_MS || performance.now() - calmSince < QUIET_MS) {
    await pause(POLL_MS * 5, signal);
    const now = (await container.usage()).cpuMs ?? 0;
    if (now - last > QUIET_CPU_MS) calmSince = performance.now();
    last = now;
  }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal });
}
