import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from '../../core/engine/index.ts';
import { nodeHttp } from '../../core/http/index.ts';
import { shapeOf } from './shape.ts';
import type { HttpProbe, ProbeResult } from './types.ts';

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly location: string | undefined;
  /** At most about 1 MiB, and what came in ten seconds: cameras and event streams never end. */
  readonly body: string;
  readonly isCut: boolean;
}

const MAX_BODY_BYTES = 1 << 20;
const TIMEOUT_MS = 10_000;

/** Sends one request to a port of a container. Fails as `node:http` does, also when the peer speaks something else. */
export function ask(container: Container, probe: HttpProbe, signal?: AbortSignal): Promise<Answer> {
  const { host, port } = container.address(probe.port);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const call = nodeHttp().request(
    {
      host,
      port,
      path: probe.path,
      method: probe.method,
      agent: false,
      timeout: TIMEOUT_MS,
      headers: headersFor(probe),
      ...(signal === undefined ? {} : { signal }),
    },
    response => readAnswer(response, { resolve, reject }),
  );
  call.on('timeout', () => call.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
  call.on('error', reject);
  call.end(probe.body);
  return promise;
}

interface Settle {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

function readAnswer(response: IncomingMessage, { resolve, reject }: Settle): void {
  const { 'content-type': type = '', location } = response.headers;
  let body = '';
  const finish = (isCut: boolean): void => {
    clearTimeout(timer);
    resolve({ status: response.statusCode ?? 0, type, location, body, isCut });
    if (isCut) response.destroy();
  };
  const timer = setTimeout(finish, TIMEOUT_MS, true);
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    body += text;
    if (body.length >= MAX_BODY_BYTES) finish(true);
  });
  response.on('error', error => {
    clearTimeout(timer);
    reject(error);
  });
  response.on('end', () => finish(false));
}

const PATIENCE = 4;
const PAUSE_MS = 250;

/**
 * As {@link ask}, but an app that listens and does not answer yet, or drops the connection, is asked again a few
 * times. One that answers in another protocol is not.
 */
export async function askPatiently(
  container: Container,
  probe: HttpProbe,
  signal?: AbortSignal,
): Promise<Answer> {
  for (let left = PATIENCE; ; left -= 1) {
    try {
      return await ask(container, probe, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (left === 0 || isOtherProtocol(error)) throw error;
      await sleep(PAUSE_MS * 2 ** (PATIENCE - left), undefined, signal === undefined ? {} : { signal });
    }
  }
}

function isOtherProtocol(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('HPE_');
}

function headersFor(probe: HttpProbe): Record<string, string> {
  const headers: Record<string, string> = {
    host: `localhost:${probe.port}`,
    'user-agent': 'sampan',
    accept: '*/*',
  };
  if (probe.body === undefined) return headers;
  headers['content-type'] = /^\s*[[{]/.test(probe.body)
    ? 'application/json'
    : 'application/x-www-form-urlencoded';
  headers['content-length'] = String(Buffer.byteLength(probe.body));
  return headers;
}

/** How a request is named in reports. */
export function nameOf(probe: HttpProbe): string {
  return `${probe.method} :${probe.port}${probe.path}`;
}

/** Judges an answer. */
export function judge(probe: HttpProbe, answer: Answer): ProbeResult {
  const wrong = probe.status !== undefined && answer.status !== probe.status;
  return {
    name: nameOf(probe),
    ok: !wrong,
    detail: wrong ? `status ${answer.status}, wanted ${probe.status}` : `status ${answer.status}`,
    status: answer.status,
    shape: shapeOf(answer),
  };
}
