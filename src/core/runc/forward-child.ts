import type { Server, Socket } from 'node:net';

/**
 * The far end of the port forwarder: the whole program of a process inside the container's network namespace.
 * Its text is handed to `node -e`, so that it starts quickly and needs no file; it may use nothing from outside
 * this function. It is given listening sockets of the host (a socket stays in the namespace where it was made),
 * connects each connection to the container's loopback, and ends with its parent.
 */
export function forwardChild(): void {
  const net = process.getBuiltinModule('node:net');
  process.on('disconnect', () => process.exit(0));
  process.on('message', (port: unknown, handle: unknown) => {
    if (typeof port !== 'number') return;
    if (handle instanceof net.Socket) attempt(handle, port, ['127.0.0.1', '::1']);
    if (handle instanceof net.Server) serve(handle, port);
  });

  function serve(server: Server, port: number): void {
    Object.assign(server, { allowHalfOpen: true });
    server.on('connection', socket => attempt(socket, port, ['127.0.0.1', '::1']));
  }

  function attempt(outer: Socket, port: number, hosts: readonly string[]): void {
    const [host, ...others] = hosts;
    if (host === undefined) {
      outer.resetAndDestroy();
      return;
    }
    const inner = net.connect({ host, port, allowHalfOpen: true, noDelay: true });
    const next = () => attempt(outer, port, others);
    inner.once('error', next);
    inner.once('connect', () => {
      inner.off('error', next);
      join(outer, inner);
    });
  }

  function join(outer: Socket, inner: Socket): void {
    outer.setNoDelay(true);
    outer.allowHalfOpen = true;
    // A broken connection on one side is shown as one on the other.
    outer.on('error', () => inner.resetAndDestroy());
    inner.on('error', () => outer.resetAndDestroy());
    outer.pipe(inner);
    inner.pipe(outer);
  }
}
