import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { makeDirectories } from '../../core/bytes/index.ts';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import { nodeHttp } from '../../core/http/index.ts';
import type { HttpLimits } from './limits.ts';
import type { HttpSettings, TlsSettings } from './settings.ts';

/** A server that listens. */
export interface Listening extends AsyncDisposable {
  /** Where: `unix:PATH`, or a URL. */
  readonly place: string;
}

/**
 * Listens on a Unix socket (mode 0660) or on TCP.
 *
 * @throws SampanError `unavailable` when the place is taken, `denied`, and what reading certificates throws.
 */
export async function listen(
  settings: HttpSettings,
  handler: RequestListener,
  limits: HttpLimits,
): Promise<Listening> {
  const server = await makeServer(settings.kind === 'tcp' ? settings.tls : undefined, handler, limits);
  server.maxConnections = limits.maxConnections;
  server.keepAliveTimeout = 5000;
  // What is open and says nothing at all; streams have their heartbeat.
  server.setTimeout(Math.max(limits.heartbeatMs * 3, limits.requestMs));
  if (settings.kind === 'socket') await bindSocket(server, settings.path);
  else await bind(server, { port: settings.port, host: settings.host }, `${settings.host}:${settings.port}`);
  // A connection that fails is the business of who made it.
  server.on('error', () => {});
  return {
    place: settings.kind === 'socket' ? `unix:${settings.path}` : urlOf(server, settings),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      if (settings.kind === 'socket') rmSync(settings.path, { force: true });
    },
  };
}

async function makeServer(
  tls: TlsSettings | undefined,
  handler: RequestListener,
  limits: HttpLimits,
): Promise<Server> {
  const options = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, 2000),
    maxHeaderSize: limits.maxHeaderBytes,
  };
  // Loaded here: a build without this module, or before its first use, does without their memory.
  if (tls === undefined) return nodeHttp().createServer(options, handler);
  const [cert, key, ca] = await Promise.all([
    readPem(tls.cert),
    readPem(tls.key),
    tls.clientCa === undefined ? undefined : readPem(tls.clientCa),
  ]);
  const client = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
  const { createServer } = await import('node:https');
  const handshakeTimeout = limits.headersMs;
  try {
    return createServer(
      { ...options, cert, key, ...client, minVersion: 'TLSv1.2', handshakeTimeout },
      handler,
    );
  } catch (error) {
    throw new SampanError('invalid', `the certificate ${tls.cert} or its key cannot be used`, {
      cause: error,
    });
  }
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

async function bindSocket(server: Server, path: string): Promise<void> {
  makeDirectories(dirname(path), { mode: 0o755 });
  await removeStaleSocket(path);
  // Nobody may connect in the moment before the mode is set.
  const before = process.umask(0o117);
  try {
    await bind(server, { path }, path);
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o660);
}

async function removeStaleSocket(path: string): Promise<void> {
  try {
    if (!lstatSync(path).isSocket())
      throw new SampanError('invalid', `${path} is there and is no socket`, {
        remedy: 'remove it, or name another with http.socket',
      });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw wrap(`looking at ${path}`, error);
  }
  if (await answers(path))
    throw new SampanError('unavailable', `another agent listens on ${path}`, {
      remedy: 'end it, or name another socket with http.socket',
    });
  rmSync(path, { force: true });
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function bind(
  server: Server,
  where: { readonly path: string } | { readonly port: number; readonly host: string },
  name: string,
): Promise<void> {
  try {
    const listening = once(server, 'listening');
    server.listen(where);
    await listening;
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE')
      throw new SampanError('unavailable', `${name} is in use`, {
        cause: error,
        remedy: 'choose another port with http.listen, or end what listens there',
      });
    throw wrap(`listening on ${name}`, error);
  }
}

function urlOf(server: Server, settings: HttpSettings & { readonly kind: 'tcp' }): string {
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : settings.port;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return `${settings.tls === undefined ? 'http' : 'https'}://${host}:${port}/`;
}
