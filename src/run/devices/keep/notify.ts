import { chmodSync, closeSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { openPlace, placePath } from '../inject/index.ts';

/** What a container hears about one of its devices: one line of JSON. */
export interface Notice {
  readonly action: 'add' | 'remove';
  /** The name inside. */
  readonly path: string;
  /** What the device is called. */
  readonly device: string;
  /** RFC 3339. */
  readonly time: string;
}

/** A socket that a container connects to. */
export interface Notifier extends AsyncDisposable {
  tell(notice: Notice): void;
}

const MAX_CLIENTS = 32;
const MAX_WAITING_BYTES = 64 * 1024;

/**
 * Listens in a directory that containers see read-only. Whoever connects is told first what is there, then each
 * change; one that does not read is let go. What it writes is thrown away.
 */
export async function openNotifier(
  directory: string,
  name: string,
  current: () => readonly Notice[],
): Promise<Notifier> {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  // A socket's path has a hundred letters at most; through its directory it is short.
  const held = openPlace(directory);
  const path = join(placePath(held), name);
  const clients = new Set<Socket>();
  const server = createServer(socket => {
    if (clients.size >= MAX_CLIENTS) return void socket.destroy();
    clients.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clients.delete(socket));
    socket.resume();
    for (const notice of current()) socket.write(`${JSON.stringify(notice)}\n`);
  });
  server.on('error', () => {});
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o666);
  server.unref();
  return {
    tell: notice => {
      for (const client of clients) {
        if (client.writableLength > MAX_WAITING_BYTES) client.destroy();
        else client.write(`${JSON.stringify(notice)}\n`);
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
      closeSync(held);
    },
  };
}
