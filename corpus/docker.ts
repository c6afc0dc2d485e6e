import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a docker command printed, both streams in one, and its exit status. */
export interface Output {
  readonly status: number;
  readonly text: string;
}

/** Runs a docker command; never throws for its status. */
export function docker(...args: string[]): Output {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' });
  return { status: status ?? 1, text: `${stdout ?? ''}${stderr ?? ''}`.trim() };
}

/** A container that runs an image; it is removed at disposal. */
export interface Container extends Disposable {
  readonly id: string;
  readonly address: string;
}

/** Starts a container in the background; throws with docker's words when it cannot. */
export function startContainer(image: string): Container {
  const { status, text } = docker('run', '--detach', image);
  const id = text.split('\n').at(-1) ?? '';
  if (status !== 0) throw new Error(`docker run ${image}: ${text}`);
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const address = docker('inspect', '--format', format, id).text;
  return { id, address, [Symbol.dispose]: () => void docker('rm', '--force', '--volumes', id) };
}

/** Waits until the port takes connections; false when it did not in `waitMs`. */
export async function portOpens(host: string, port: number, waitMs: number): Promise<boolean> {
  for (const end = performance.now() + waitMs; performance.now() < end; await sleep(100)) {
    if (await connects(host, port)) return true;
  }
  return false;
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (opened: boolean) => () => {
      socket.destroy();
      resolve(opened);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

/** Sends a line and gives the first chunk that comes back; empty after three seconds. */
export function talk(host: string, port: number, line: string): Promise<string> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: 3000 }, () => void socket.write(`${line}\r\n`));
    const end = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', data => end(data.toString()));
    socket.once('error', () => end('')).once('timeout', () => end(''));
  });
}
