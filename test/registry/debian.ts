import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

/** A registry of another maker, running for one test. */
export interface DebianRegistry {
  readonly host: string;
  /** Holds its data, and may hold more. */
  readonly directory: string;
}

/** What it asks of its clients. */
export interface DebianOptions {
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** `user:password`. */
  readonly user?: string;
}

/** True where programs are missing that the test needs; then it is skipped, aloud. */
export function lacks(t: TestContext, ...programs: readonly string[]): boolean {
  const missing = programs.filter(program => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0) t.skip(`not installed: ${missing.join(', ')} (scripts/install test)`);
  return missing.length > 0;
}

/** A directory that is removed after the test. */
export function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-registry-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** Starts Debian's docker-registry on loopback until the test ends. */
export async function startDebianRegistry(
  t: TestContext,
  options: DebianOptions = {},
): Promise<DebianRegistry> {
  const directory = temporary(t);
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: host, secret: 'x', ...(options.tls === undefined ? {} : { tls: options.tls }) },
    ...(options.user === undefined ? {} : { auth: authOf(directory, options.user) }),
  };
  writeFileSync(join(directory, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
  t.after(async () => await ended(child));
  await answering(host);
  return { host, directory };
}

function authOf(directory: string, user: string): object {
  const [name = '', password = ''] = user.split(':');
  const line = execFileSync('htpasswd', ['-Bbn', name, password], { encoding: 'utf8' });
  const path = join(directory, 'htpasswd');
  writeFileSync(path, line);
  return { htpasswd: { realm: 'test', path } };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  while (child.exitCode === null && child.signalCode === null) await sleep(10);
}

async function answering(host: string): Promise<void> {
  const { connect } = await import('node:net');
  const [address, port] = host.split(':');
  for (let i = 0; i < 500; i += 1) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect(Number(port), address, () => resolve(true)).on('error', () => resolve(false));
    const isThere = await promise;
    socket.destroy();
    if (isThere) return;
    await sleep(20);
  }
  throw new Error('docker-registry does not answer');
}
