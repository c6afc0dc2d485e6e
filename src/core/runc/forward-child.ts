/**
 * The far end of the port forwarder: a process of its own inside the container's network namespace. It is
 * given listening sockets of the host (a socket stays in the namespace where it was made) and connects each
 * connection to the container's loopback. It imports nothing else, to start quickly, and ends with its parent.
 */
import { connect, Server, Socket } from 'node:net';

process.on('disconnect', () => process.exit(0));
process.on('message', (port: unknown, handle: unknown) => {
  if (typeof port !== 'number') return;
  if (handle instanceof Socket) forward(handle, port);
  if (!(handle instanceof Server)) return;
  Object.assign(handle, { allowHalfOpen: true });
  handle.on('connection', socket => forward(socket, port));
});

function forward(outer: Socket, port: number): void {
  attempt(outer, port, ['127.0.0.1', '::1']);
}

function attempt(outer: Socket, port: number, hosts: readonly string[]): void {
  const [host, ...others] = hosts;
  if (host === undefined) {
    outer.resetAndDestroy();
    return;
  }
  const inner = connect({ host, port, allowHalfOpen: true, noDelay: true });
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
