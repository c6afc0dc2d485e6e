import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSampanError, SampanError, systemCode, wrap } from '../errors/index.ts';
import { nodeHttp } from '../http/index.ts';
import { noEngine } from './socket.ts';

/** One HTTP call. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** The path, already escaped. */
  readonly path: string;
  /** Absent values are left out; a list is repeated. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Besides those that every call has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a tar stream. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** Statuses besides 2xx that are an answer and not an error. */
  readonly accept?: readonly number[];
  /** The longest silence that is allowed; 0 for none. One minute when absent. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A value of a query. */
export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** An answer. Its body is read once, or closed by leaving the loop. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** Drops the connection; harmless when all was read. */
  close(): void;
}

const IDLE_MS = 60_000;

/** Sends one call over a Unix socket. Any status is returned; only transport failures throw. */
export async function request(socketPath: string, call: Call): Promise<Reply> {
  if (call.signal?.aborted === true) throw cancelled(call);
  const outgoing = nodeHttp().request({
    socketPath,
    method: call.method,
    path: call.path + queryText(call.query),
    headers: headersOf(call),
    agent: false,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  const failure = (error: unknown) => explain(error, socketPath, call);
  const silence = watchSilence(outgoing, call);
  try {
    const incoming = await sendAndAwaitHead(outgoing, call);
    return replyOf(incoming, {
      failure: error => failure(silence.error ?? error),
      broken: () => silence.error !== undefined || call.signal?.aborted === true,
    });
  } catch (error) {
    outgoing.destroy();
    throw failure(silence.error ?? error);
  }
}

/**
 * Sends one call that asks for another protocol on its connection (RFC 9110, section 7.8), as the Engine API does for
 * streams in both directions. Gives the connection, or the answer of a server that does not want to.
 */
export async function upgrade(socketPath: string, call: Call): Promise<Duplex | Reply> {
  if (call.signal?.aborted === true) throw cancelled(call);
  const outgoing = nodeHttp().request({
    socketPath,
    method: call.method,
    path: call.path + queryText(call.query),
    headers: { ...headersOf(call), Connection: 'Upgrade', Upgrade: 'tcp' },
    agent: false,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  const upgraded = Promise.withResolvers<Duplex>();
  outgoing.on('upgrade', (_head, socket, first) => {
    if (first.length > 0) socket.unshift(first);
    upgraded.resolve(socket);
  });
  const failure = (error: unknown) => explain(error, socketPath, call);
  try {
    const answer = sendAndAwaitHead(outgoing, call);
    const broken = (): boolean => call.signal?.aborted === true;
    const refused = answer.then(incoming => replyOf(incoming, { failure, broken }));
    // The close that follows an upgrade is no failure any more.
    refused.catch(() => {});
    return await Promise.race([upgraded.promise, refused]);
  } catch (error) {
    outgoing.destroy();
    throw failure(error);
  }
}

/** Reads a whole answer. @throws SampanError `limit` above `limitBytes`. */
export async function readAll(reply: Reply, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of reply.body) {
    size += chunk.length;
    if (size > limitBytes)
      throw new SampanError('limit', `the engine's answer is larger than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function queryText(query: Call['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of typeof value === 'object' ? value : [String(value)]) parameters.append(name, one);
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

function headersOf(call: Call): Record<string, string> {
  const host = { ...call.headers, Host: 'docker', Connection: 'close' };
  if (call.body !== undefined) return { ...host, 'Content-Type': 'application/x-tar' };
  if (call.json !== undefined) return { ...host, 'Content-Type': 'application/json' };
  return host;
}

function sendAndAwaitHead(outgoing: ClientRequest, call: Call): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.on('response', resolve);
  // It stays attached: a failure after the head would otherwise be an uncaught exception.
  outgoing.on('error', reject);
  outgoing.on('close', () => reject(new Error('the connection was closed without an answer')));
  if (call.body === undefined) {
    outgoing.end(call.json === undefined ? undefined : JSON.stringify(call.json));
  } else {
    // A server that refuses answers before it has read all; its answer is worth more than our EPIPE.
    pipeline(Readable.from(call.body), outgoing).catch(error => {
      if (isTransport(error)) setTimeout(() => reject(error), 500).unref();
      else reject(error);
    });
  }
  return promise;
}

function isTransport(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(systemCode(error) ?? '');
}

function watchSilence(outgoing: ClientRequest, call: Call): { error: SampanError | undefined } {
  const state: { error: SampanError | undefined } = { error: undefined };
  const idleMs = call.idleMs ?? IDLE_MS;
  if (idleMs === 0) return state;
  outgoing.setTimeout(idleMs, () => {
    state.error = new SampanError(
      'timeout',
      `the engine was silent for ${idleMs} ms (${call.method} ${call.path})`,
    );
    outgoing.destroy(state.error);
  });
  return state;
}

interface Watch {
  failure(error: unknown): SampanError;
  /** It was broken off from this side. */
  broken(): boolean;
}

function replyOf(incoming: IncomingMessage, watch: Watch): Reply {
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers['content-type'] ?? '',
    body: guarded(incoming, watch),
    close: () => {
      incoming.on('error', () => {});
      incoming.destroy();
    },
  };
}

async function* guarded(incoming: AsyncIterable<Uint8Array>, watch: Watch): AsyncGenerator<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await chunks.next().catch(error => Promise.reject(watch.failure(error)));
      // A body whose length is not told ends with the connection, also when that was broken off here.
      if (next.done === true && watch.broken()) throw watch.failure(new Error('broken off'));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

function explain(error: unknown, socketPath: string, call: Call): SampanError {
  if (call.signal?.aborted === true) return cancelled(call);
  if (isSampanError(error)) return error;
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') return noEngine(socketPath, error);
  if (code === 'EACCES' || code === 'EPERM') {
    return new SampanError('denied', `no permission to use the engine's socket ${socketPath}`, {
      cause: error,
      remedy: 'run it with sudo, or add the user to the group that owns the socket (usually docker)',
    });
  }
  if (code !== undefined && !isTransport(error))
    return wrap(`calling the engine (${call.method} ${call.path})`, error);
  return new SampanError('unavailable', `the engine broke off the connection (${call.method} ${call.path})`, {
    cause: error,
  });
}

function cancelled(call: Call): SampanError {
  return new SampanError('cancelled', `cancelled (${call.method} ${call.path})`);
}
