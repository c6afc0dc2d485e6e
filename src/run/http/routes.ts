import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import type { AgentHost, ModuleAnswer, ModuleCall, RunningModule } from '../module/index.ts';
import { ownContainer, restart } from './containers.ts';
import { streamEvents } from './events.ts';
import type { HttpLimits } from './limits.ts';
import { followLines, logQuery, readLines } from './logs.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';
import { readBody, sendJson, sendText } from './reply.ts';
import type { AboutAgent, AgentState, LiveState } from './state.ts';
import type { Streams } from './stream.ts';

/** What the routes work with. */
export interface Desk {
  readonly host: AgentHost;
  readonly about: AboutAgent;
  /** Marks this run of the agent. */
  readonly mark: string;
  readonly streams: Streams;
  readonly live: LiveState;
  readonly limits: HttpLimits;
  readState(): Promise<AgentState>;
}

/** A call, let in. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Answers a call of the API. @throws SampanError that tells the caller what is wrong. */
export async function answerCall(visit: Visit, desk: Desk): Promise<void> {
  const { request, response, url } = visit;
  const { method } = request;
  if (method !== 'GET' && method !== 'POST' && method !== 'DELETE')
    return sendText(response, 405, {
      type: 'application/json',
      text: `${JSON.stringify({ error: `${method} is not answered` })}\n`,
      headers: { allow: 'GET, POST, DELETE' },
    });
  const body = method === 'GET' ? '' : await readBody(request, desk.limits.maxBodyBytes);
  const parts = url.pathname.split('/').slice(1).map(decoded);
  if (method === 'GET' && url.pathname === '/metrics')
    return sendText(response, 200, { type: METRICS_TYPE, text: metricsText(desk.host, desk.about) });
  const [version, name = '', ...rest] = parts;
  if (version !== 'v1') throw nothingAt(url);
  if (method === 'GET' && rest.length === 0 && name === 'status')
    return sendJson(response, 200, await desk.readState());
  if (method === 'GET' && rest.length === 0 && (name === 'events' || name === 'live'))
    return stream(visit, desk, name);
  if (name === 'containers') return await aboutContainers(visit, desk, { method, parts: rest });
  return await askModule(visit, desk, { method, name, path: rest.join('/'), body });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new SampanError('usage', 'the path has a wrong % escape', { cause: error });
  }
}

function nothingAt({ pathname }: URL): SampanError {
  return new SampanError('not-found', `there is nothing at ${pathname.slice(0, 200)}`);
}

/** `live` has the state besides, when one begins to look and every few seconds. */
function stream({ request, response, url }: Visit, desk: Desk, name: 'events' | 'live'): void {
  const given = request.headers['last-event-id'] ?? url.searchParams.get('lastEventId') ?? undefined;
  const events = desk.streams.open(response);
  const lastEventId = Array.isArray(given) ? given[0] : given;
  streamEvents(events, desk.host.bus, { lastEventId, mark: desk.mark });
  if (name === 'live') desk.live.watch(state => events.send({ event: 'state', data: state }), events.signal);
}

async function aboutContainers(
  { response, url }: Visit,
  desk: Desk,
  { method, parts }: { readonly method: string; readonly parts: readonly string[] },
): Promise<void> {
  const [name, verb] = parts;
  if (method === 'GET' && name === undefined)
    return sendJson(response, 200, (await desk.readState()).containers);
  if (name === undefined || parts.length !== 2) throw nothingAt(url);
  const docker = await desk.host.docker();
  if (method === 'POST' && verb === 'restart') {
    await restart(docker, name, desk.host.bus);
    return sendJson(response, 200, { restarted: name });
  }
  if (method !== 'GET' || verb !== 'logs') throw nothingAt(url);
  const query = logQuery(url.searchParams);
  if (url.searchParams.get('follow') !== '1') {
    const signal = AbortSignal.any([desk.host.signal, AbortSignal.timeout(desk.limits.requestMs)]);
    return sendJson(response, 200, await readLines(docker, name, { ...query, signal }));
  }
  const { id, tty } = await ownContainer(docker, name);
  await followLines(desk.streams.open(response), docker, { ...query, id, tty });
}

interface Asked extends Pick<ModuleCall, 'method' | 'path' | 'body'> {
  readonly name: string;
}

async function askModule(visit: Visit, desk: Desk, asked: Asked): Promise<void> {
  const { response, url } = visit;
  const { name, method, path, body } = asked;
  const running = moduleOf(desk.host, name);
  if (running === undefined) throw nothingAt(url);
  if (method === 'GET' && path === '') return sendJson(response, 200, running.status());
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([desk.host.signal, gone.signal]);
  const answer = await running.answer?.({ method, path, query: url.searchParams, body, signal });
  if (answer === undefined) throw nothingAt(url);
  if ('json' in answer) return sendJson(response, answer.status, answer.json);
  await forward(answer.events, visit, desk);
}

function moduleOf(host: AgentHost, wanted: string): RunningModule | undefined {
  for (const [name, running] of host.modules()) if (name === wanted && name !== 'http') return running;
  return undefined;
}

async function forward(
  events: Extract<ModuleAnswer, { readonly events: unknown }>['events'],
  { response }: Visit,
  desk: Desk,
): Promise<void> {
  const stream = desk.streams.open(response);
  try {
    for await (const { event, data } of events) {
      if (stream.signal.aborted) return;
      stream.send({ event, data });
      await stream.taken();
    }
  } catch (error) {
    if (stream.signal.aborted) return;
    if (!isSampanError(error)) throw error;
    stream.send({ event: 'end', data: { reason: error.message } });
  } finally {
    stream.end();
  }
}
