import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BUSYBOX } from './images.ts';

const SAMPAN = fileURLToPath(new URL('../../../bin/sampan', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard error has this text, or the command ended. */
  saying(text: string): Promise<void>;
}

/** A home of its own for the real command line. */
export interface Machine {
  /** Removed after the test. */
  readonly at: string;
  readonly env: Readonly<Record<string, string>>;
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Running;
  sampan(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The names of the runs that are going on, or were killed: control groups are named after them. */
  runs(): string[];
  /** What runs have left: work directories, half-written blobs, mounts, processes. Empty when all is clean. */
  remains(): string[];
}

/** Why nothing can be run here with runc, if so. */
export function whyNotHere(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (BUSYBOX === undefined) return 'there is no static busybox';
  const has = ['/usr/sbin/runc', '/usr/bin/runc', '/sbin/runc', '/usr/local/bin/runc'].some(path =>
    existsSync(path),
  );
  return has ? undefined : 'there is no runc';
}

/** Makes a home for the command line; its engine is runc. */
export function machine(t: TestContext, more: Readonly<Record<string, string>> = {}): Machine {
  const at = mkdtempSync(join(tmpdir(), 'sampan-e2e-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  mkdirSync(join(at, 'tmp'));
  const { PATH = '', HOME = '/root', DOCKER_HOST } = process.env;
  const env = {
    PATH,
    HOME,
    ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }),
    NO_COLOR: '1',
    XDG_DATA_HOME: join(at, 'data'),
    TMPDIR: join(at, 'tmp'),
    ...more,
  };
  const start: Machine['start'] = (words, extra = {}) => launch(words, { ...env, ...extra });
  return {
    at,
    env,
    start,
    sampan: (words, extra) => start(words, extra).ended,
    runs: () => worksIn(at),
    remains: () => remains(at),
  };
}

const LIMIT_MS = 30_000;

function launch(words: readonly string[], env: Readonly<Record<string, string>>): Running {
  // A process group of its own: a terminal sends ^C to all of it.
  const child = spawn(SAMPAN, words, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  child.on('error', reject);
  child.on('close', code => resolve({ code, ...said }));
  return {
    child,
    ended: promise,
    saying: async text => {
      while (!said.stderr.includes(text) && child.exitCode === null && child.signalCode === null)
        await sleep(2);
    },
  };
}

function worksIn(at: string): string[] {
  return ['tmp/sampan-0', 'data/sampan/work'].flatMap(path => namesIn(join(at, path)));
}

function remains(at: string): string[] {
  const works = worksIn(at);
  const blobs = namesIn(join(at, 'data', 'sampan', 'blobs', 'sha256')).filter(
    name => !/^[0-9a-f]{64}$/.test(name),
  );
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(line => line.includes(at));
  const processes = namesIn('/proc').filter(
    pid => /^\d+$/.test(pid) && Number(pid) !== process.pid && touches(pid, at),
  );
  return [
    ...works.map(name => `work ${name}`),
    ...blobs.map(name => `half a blob ${name}`),
    ...mounts,
    ...processes.map(pid => `process ${pid}`),
  ];
}

/** True for a process whose root, command line or environment is below the directory. */
function touches(pid: string, at: string): boolean {
  try {
    const isContainer = readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt');
    const names = ['cmdline', 'environ', ...(isContainer ? ['mountinfo'] : [])];
    const parts = names.map(name => readFileSync(`/proc/${pid}/${name}`, 'latin1'));
    return parts.some(text => text.includes(at));
  } catch {
    return false;
  }
}

/** The control groups of runs, wherever the hierarchies are. */
export function controlGroups(): string[] {
  const root = '/sys/fs/cgroup';
  return ['.', ...namesIn(root)]
    .flatMap(name => namesIn(join(root, name)).map(group => join(root, name, group)))
    .filter(path => /\/sampan-[^/]+$/.test(path));
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
