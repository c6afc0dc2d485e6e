import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';

/** What ends: a test. */
export interface Ending {
  after(work: () => Promise<void> | void): void;
}

/** A request that a test server got. */
export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server of a test, on loopback. */
export interface TestServer {
  /** `http://127.0.0.1:1234`. */
  readonly origin: string;
  readonly host: string;
  readonly seen: Seen[];
  readonly server: Server;
}

/** Starts a server that answers with `listener` until the test ends; with TLS where options for it are given. */
export async function startServer(
  t: Ending,
  listener: RequestListener,
  tls?: ServerOptions,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const noting = (request: IncomingMessage, response: ServerResponse): void => {
    seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    listener(request, response);
  };
  const server = tls === undefined ? createServer(noting) : createTlsServer(tls, noting);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return { origin: `${tls === undefined ? 'http' : 'https'}://${host}`, host, seen, server };
}
