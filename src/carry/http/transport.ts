import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemCode } from '../../core/errors/index.ts';
import { nodeHttp } from '../../core/http/index.ts';
import { checkPlain, shownUrl } from './address.ts';
import { agents } from './agents.ts';
import { type AnswerLimits, answerBody } from './answer.ts';
import { explain } from './failure.ts';
import { tooSlow } from './pace.ts';
import type { HttpHeaders, HttpOptions, HttpRequest, HttpResponse, Send } from './port.ts';

const IDLE_MS = 60_000;
const SLOW_MS = 60_000;
const MIN_BYTES_PER_SECOND = 256;

/** Sends a request once: no redirect is followed, nothing is tried again. */
export function transport(options: HttpOptions): Send {
  const limits: AnswerLimits = {
    idleMs: options.idleMs ?? IDLE_MS,
    slowMs: options.slowMs ?? SLOW_MS,
    minBytesPerSecond: options.minBytesPerSecond ?? MIN_BYTES_PER_SECOND,
  };
  const agentFor = agents(options);
  return async request => {
    await checkPlain(request.url, options.isPlainAllowed);
    if (request.signal?.aborted === true) throw explain(undefined, request);
    return await sendOnce(request, { options, limits, agentFor });
  };
}

interface Means {
  readonly agentFor: (url: URL) => Promise<Agent>;
  readonly options: HttpOptions;
  readonly limits: AnswerLimits;
}

async function sendOnce(request: HttpRequest, means: Means): Promise<HttpResponse> {
  const { url, method, signal } = request;
  const idleMs = request.idleMs ?? means.limits.idleMs;
  const { request: begin } = url.protocol === 'https:' ? await import('node:https') : nodeHttp();
  const outgoing = begin({
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method,
    headers: headersOf(request, means.options),
    agent: await means.agentFor(url),
    timeout: idleMs,
    ...(signal === undefined ? {} : { signal }),
  });
  outgoing.on('timeout', () => {
    outgoing.destroy(tooSlow(`${method} ${shownUrl(url)}`, `silent for ${Math.round(idleMs / 1000)} s`));
  });
  try {
    const incoming = await exchange(outgoing, request);
    // From now on only time in which somebody waits counts.
    outgoing.setTimeout(0);
    return responseOf(incoming, request, { ...means.limits, idleMs });
  } catch (error) {
    outgoing.destroy();
    throw explain(error, request);
  }
}

function headersOf({ url, headers = {}, body }: HttpRequest, options: HttpOptions): Record<string, string> {
  const length = body?.sizeBytes;
  return {
    host: url.host,
    'user-agent': options.userAgent ?? 'sampan',
    // Digests are of the bytes as they are stored.
    'accept-encoding': 'identity',
    ...(length === undefined ? {} : { 'content-length': String(length) }),
    ...headers,
  };
}

const ANSWER_AFTER_BREAK_MS = 500;

function exchange(outgoing: ClientRequest, { body, method }: HttpRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.on('response', resolve);
  // It stays attached: a failure after the head would otherwise be an uncaught exception.
  outgoing.on('error', reject);
  outgoing.on('close', () => reject(new Error('no answer')));
  if (body === undefined) {
    if (method === 'POST' || method === 'PUT' || method === 'PATCH')
      outgoing.setHeader('content-length', '0');
    outgoing.end();
    return promise;
  }
  pipeline(Readable.from(body.open(), { objectMode: false }), outgoing).catch(error => {
    // A server that refuses answers before it has read all; its answer is worth more than our EPIPE.
    const isBroken = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(systemCode(error) ?? '');
    if (isBroken) setTimeout(() => reject(error), ANSWER_AFTER_BREAK_MS).unref();
    else reject(error);
  });
  return promise;
}

function responseOf(incoming: IncomingMessage, request: HttpRequest, limits: AnswerLimits): HttpResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headersDistinct))
    headers[name] = value?.join(', ') ?? '';
  return {
    status: incoming.statusCode ?? 0,
    url: request.url,
    headers: headers satisfies HttpHeaders,
    body: answerBody(incoming, request, limits),
    close: () => {
      incoming.on('error', () => {});
      incoming.destroy();
    },
  };
}
