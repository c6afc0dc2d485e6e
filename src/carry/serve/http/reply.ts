import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSampanError, SampanError, wrap } from '../../../core/errors/index.ts';
import { Refusal } from '../base/index.ts';

/** The headers of a response. */
export type Headers = Readonly<Record<string, string | number | readonly string[]>>;

/** Ends a response with a body that is at hand, or none. */
export function reply(
  response: ServerResponse,
  status: number,
  what: { readonly headers?: Headers; readonly body?: Uint8Array | string } = {},
): void {
  const body = typeof what.body === 'string' ? Buffer.from(what.body) : what.body;
  for (const [name, value] of Object.entries(what.headers ?? {})) {
    response.setHeader(name, typeof value === 'object' ? [...value] : value);
  }
  if (status !== 204 && status !== 304 && !response.hasHeader('content-length')) {
    response.setHeader('content-length', body?.length ?? 0);
  }
  response.statusCode = status;
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Ends a response with JSON. */
export function replyJson(
  response: ServerResponse,
  value: unknown,
  options: { readonly status?: number; readonly headers?: Headers } = {},
): void {
  const headers = { 'content-type': 'application/json', ...options.headers };
  reply(response, options.status ?? 200, { headers, body: JSON.stringify(value) });
}

/** What a client is told of an error. */
export interface Told {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A refusal as it is; of everything else only what a client may know. */
function toldOf(error: unknown): Told {
  if (error instanceof Refusal) {
    const { status, refusal: code, message, headers } = error;
    return { status, code, message, headers };
  }
  const told = { code: 'UNKNOWN', headers: {} };
  // A failed system call tells by its code whether the disk is full.
  const fault = isSampanError(error) ? error : wrap('serving', error);
  if (fault.code === 'no-space') return { ...told, status: 507, message: 'the disk is full' };
  if (fault.code === 'timeout') return { ...told, status: 408, message: 'too slow' };
  if (fault.code === 'unavailable') return { ...told, status: 503, message: fault.message };
  return { ...told, status: 500, message: 'internal error' };
}

/**
 * Ends a response with an error (distribution spec 1.1, "Error Codes"). After the headers have gone the connection is cut, so
 * that nobody takes what came for the whole.
 */
export function replyError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) {
    if (name.startsWith('content-') || name === 'etag') response.removeHeader(name);
  }
  const { status, code, message, headers } = toldOf(error);
  replyJson(response, { errors: [{ code, message }] }, { status, headers });
  linger(response.req);
}

const LINGER_MS = 5000;

/**
 * The rest of a body that nobody reads is thrown away for a moment: were the connection cut at once, the answer would be lost
 * with it.
 */
function linger(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  timer.unref();
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  // The reader that has just left still counts as one in this turn.
  setImmediate(() => request.resume());
}

/** True for what went wrong on this side, and should be written down. */
export function isOurFault(error: unknown): boolean {
  if (error instanceof Refusal) return false;
  return !(error instanceof SampanError && (error.code === 'cancelled' || error.code === 'timeout'));
}
