import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { SampanError } from '../errors/index.ts';
import { forwardChild } from './forward-child.ts';

/** Ports of a container, reachable from the host. */
export interface Forwarder {
  /** Where the host reaches each port. */
  readonly addresses: ReadonlyMap<number, { readonly host: string; readonly port: number }>;
  /** Joins them to the network namespace of a process. */
  attach(pid: number): void;
  close(): void;
}

/**
 * Listens on 127.0.0.1 for each port, on one that is free. Who connects before {@link Forwarder.attach} has
 * taken effect waits; a port that nobody listens to inside resets the connection.
 */
export async function openForwarder(
  ports: readonly number[],
  environment: NodeJS.ProcessEnv,
): Promise<Forwarder> {
  const listeners = await Promise.all([...new Set(ports)].map(listen));
  let child: ChildProcess | undefined;
  return {
    addresses: new Map(listeners.map(({ port, server }) => [port, addressOf(server)])),
    attach: pid => {
      if (listeners.length === 0) return;
      child = enter(pid, environment);
      for (const listener of listeners) handOver(listener, child);
    },
    close: () => {
      child?.kill('SIGKILL');
      for (const { server, early } of listeners) {
        server.close();
        for (const socket of early) socket.destroy();
      }
    },
  };
}

interface Listener {
  readonly port: number;
  readonly server: Server;
  /** Those that came before there was anybody to take them. */
  readonly early: Socket[];
}

function listen(port: number): Promise<Listener> {
  const { promise, resolve, reject } = Promise.withResolvers<Listener>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const early: Socket[] = [];
  server.on('connection', socket => early.push(socket));
  server.once('error', error =>
    reject(new SampanError('unavailable', `cannot forward port ${port}`, { cause: error })),
  );
  server.listen({ host: '127.0.0.1', port: 0 }, () => resolve({ port, server, early }));
  return promise;
}

/** The listening socket itself goes to the child; this process no longer accepts on it, nor sees a byte. */
function handOver(listener: Listener, child: ChildProcess): void {
  const { port, server, early } = listener;
  const pass = (socket: Socket) => child.send(port, socket, { keepOpen: false }, () => {});
  for (const socket of early.splice(0)) pass(socket);
  server.removeAllListeners('connection').on('connection', pass);
  child.send(port, server, { keepOpen: false }, () => server.close());
}

function addressOf(server: Server): { readonly host: string; readonly port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new SampanError('internal', 'a listener has no port');
  return { host: address.address, port: address.port };
}

function enter(pid: number, environment: NodeJS.ProcessEnv): ChildProcess {
  const program = `(${forwardChild})()`;
  const child = spawn('nsenter', [`--net=/proc/${pid}/ns/net`, '--', process.execPath, '-e', program], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: environment,
  });
  child.on('error', () => {});
  child.unref();
  child.channel?.unref();
  return child;
}
