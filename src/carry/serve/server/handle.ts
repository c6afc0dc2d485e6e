import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access/index.ts';
import { type Registry, routeOf } from '../api/index.ts';
import { Refusal } from '../base/index.ts';
import { isOurFault, replyError } from '../http/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { MAX_URL_LENGTH } from './limits.ts';

/** One request, after it was answered. */
export interface RequestRecord {
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly from: string;
  /** What went wrong on this side. */
  readonly error?: string;
}

/** What answering needs. */
export interface Answering {
  readonly registry: Registry;
  readonly access: Access;
  readonly metrics: Metrics;
  /** Paths that are no part of the registry; true when it has answered. */
  readonly extra: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly record: (record: RequestRecord) => void;
}

interface Outcome {
  route: string;
  error?: unknown;
}

/** Answers one request. It never throws; what goes wrong is answered and recorded. */
export async function handle(
  answering: Answering,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const begun = performance.now();
  const outcome: Outcome = { route: 'other' };
  response.once('close', () => finish(answering, { request, response, outcome, begun }));
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  response.setHeader('x-content-type-options', 'nosniff');
  try {
    await answer(answering, { request, response, outcome });
  } catch (error) {
    outcome.error = error;
    replyError(response, error);
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly outcome: Outcome;
}

async function answer(answering: Answering, exchange: Exchange): Promise<void> {
  const { request, response, outcome } = exchange;
  const url = request.url ?? '/';
  if (url.length > MAX_URL_LENGTH) throw new Refusal('NAME_INVALID', 'the path is too long', { status: 414 });
  await answering.access.admit(request);
  if (await answering.extra(request, response)) return;
  const [path = '/', query = ''] = splitOnce(url, '?');
  const { name, handlers } = routeOf(path);
  outcome.route = name;
  const handler = handlers[request.method ?? ''];
  if (handler === undefined) {
    const headers = { allow: Object.keys(handlers).join(', ') };
    throw new Refusal('UNSUPPORTED', 'the method is not allowed here', { headers });
  }
  await handler(answering.registry, { request, response, query: new URLSearchParams(query) });
}

function splitOnce(text: string, at: string): readonly [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}

function finish(answering: Answering, exchange: Exchange & { readonly begun: number }): void {
  const { request, response, outcome, begun } = exchange;
  const milliseconds = performance.now() - begun;
  const method = /^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(request.method ?? '') ? request.method! : 'other';
  const { registry, metrics } = answering;
  metrics.count('sampan_registry_requests_total', {
    resource: outcome.route,
    method,
    status: String(response.statusCode),
  });
  metrics.observe(outcome.route, milliseconds / 1000);
  const { error } = outcome;
  answering.record({
    time: registry.now(),
    method,
    path: splitOnce(request.url ?? '', '?')[0],
    status: response.statusCode,
    milliseconds: Math.round(milliseconds),
    from: request.socket.remoteAddress ?? '',
    ...(error !== undefined && isOurFault(error) ? { error: reasonOf(error) } : {}),
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
