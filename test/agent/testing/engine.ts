import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDocker } from '../../../src/core/docker/index.ts';

/** A Docker engine of a test's own, with which anything may happen. */
export interface OwnEngine extends AsyncDisposable {
  /** As `DOCKER_HOST` names it. */
  readonly host: string;
  /** Starts it, when it does not run, and waits until it answers. */
  start(): Promise<void>;
  /** Sends a signal to the daemon; waits for its end when the signal ends it. */
  signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

/** Starts one without a network; a reason where that cannot be. Its containers and data end with it. */
export async function ownEngine(): Promise<OwnEngine | string> {
  if (process.geteuid?.() !== 0) return 'only root starts an engine';
  if (spawnSync('dockerd', ['--version']).status !== 0) return 'dockerd is not installed';
  const directory = mkdtempSync(join(tmpdir(), 'sampan-engine-'));
  const host = `unix://${directory}/docker.sock`;
  let daemon: ChildProcess | undefined;
  const start: OwnEngine['start'] = async () => {
    // In a network of its own: an engine without a bridge removes docker0, whosever it is.
    const words = ['--net', 'setpriv', '--pdeathsig', 'KILL', 'dockerd', ...wordsFor(directory, host)];
    daemon ??= spawn('unshare', words, { stdio: 'ignore' });
    for (let tries = 0; tries < 600; tries++) {
      if (await connectDocker({ host }).then(Boolean, () => false)) return;
      if (daemon.exitCode !== null) break;
      await sleep(100);
    }
    daemon = undefined;
    throw new Error('the engine does not answer');
  };
  const signal: OwnEngine['signal'] = async name => {
    const ended = daemon === undefined ? undefined : once(daemon, 'exit');
    daemon?.kill(name);
    if (name === 'SIGSTOP' || name === 'SIGCONT') return;
    await ended;
    daemon = undefined;
    // Its containerd died with it, but is taken to live on where nobody has awaited its end.
    rmSync(join(directory, 'exec-root/containerd/containerd.pid'), { force: true });
  };
  const engine: OwnEngine = {
    host,
    start,
    signal,
    [Symbol.asyncDispose]: async () => {
      // What the daemon has left behind belongs to nobody else: it is started again to end it.
      daemon?.kill('SIGCONT');
      if (daemon === undefined) await start().catch(() => {});
      await signal('SIGTERM');
      for (const mount of mountsBelow(directory)) spawnSync('umount', ['-l', mount]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await start();
  return engine;
}

function wordsFor(directory: string, host: string): readonly string[] {
  const places = ['data-root', 'exec-root', 'pidfile'].map(name => `--${name}=${join(directory, name)}`);
  return [`--host=${host}`, ...places, '--bridge=none', '--iptables=false', '--ip6tables=false'];
}

function mountsBelow(directory: string): readonly string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const points = lines.flatMap(line => line.split(' ')[4] ?? []);
  return points.filter(point => point.startsWith(`${directory}/`)).reverse();
}
