import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import { nodeHttp } from '../../../core/http/index.ts';
import { HEADERS_MS, MAX_HEADER_BYTES, type ServerLimits } from './limits.ts';

/** Where to listen. Port 0 is any that is free. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A certificate with its chain, and its key, both in PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A server that listens. */
export interface Listener {
  readonly address: Address;
  /** Takes nothing new, lets requests under way end for a while, and cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens.
 *
 * @throws SampanError `unavailable` when the address is taken, `denied`, `invalid` for a certificate that is none.
 */
export async function listen(
  address: Address,
  handler: RequestListener,
  options: { readonly limits: ServerLimits; readonly tls?: TlsFiles | undefined },
): Promise<Listener> {
  const server = makeServer(handler, options);
  const { limits } = options;
  server.maxConnections = limits.maxConnections;
  server.keepAliveTimeout = limits.idleMs;
  server.setTimeout(limits.idleMs);
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(address, error);
  }
  const bound = boundTo(server, address);
  return { address: bound, close: graceMs => close(server, graceMs) };
}

function makeServer(handler: RequestListener, options: { readonly tls?: TlsFiles | undefined }): Server {
  // A large upload may take hours: idle connections and slow ones are ended, long requests are not.
  const settings = { headersTimeout: HEADERS_MS, requestTimeout: 0, maxHeaderSize: MAX_HEADER_BYTES };
  if (options.tls === undefined) return nodeHttp().createServer(settings, handler);
  try {
    return createTlsServer({ ...settings, ...options.tls, minVersion: 'TLSv1.2' }, handler);
  } catch (error) {
    throw new SampanError('invalid', 'the certificate or its key cannot be used', { cause: error });
  }
}

function boundTo(server: Server, address: Address): Address {
  const bound: AddressInfo | string | null = server.address();
  return bound === null || typeof bound === 'string' ? address : { host: address.host, port: bound.port };
}

function cannotListen({ host, port }: Address, error: unknown): SampanError {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return new SampanError('unavailable', `${host}:${port} is in use`, {
      cause: error,
      remedy: 'choose another port with --listen, or end what listens there',
    });
  }
  return wrap(`listening on ${host}:${port}`, error);
}

const IDLE_CLOSE_MS = 50;

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // Connections that become idle from now on are not closed by themselves.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CLOSE_MS);
  const enough = new AbortController();
  const cut = async (): Promise<void> => {
    await sleep(graceMs, undefined, { signal: enough.signal }).catch(() => undefined);
    server.closeAllConnections();
  };
  const cutting = cut();
  await closed;
  clearInterval(idle);
  enough.abort();
  await cutting;
}
