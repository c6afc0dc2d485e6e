import { deepEqual } from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { digestBytes } from '../base/index.ts';

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  json(): unknown;
  /** The codes of the errors in the body. */
  codes(): readonly string[];
}

/** What to send. */
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Sent as chunks, without a length. */
  readonly isStreamed?: boolean;
}

/** Sends a request as it is: nothing is followed, added or tried again. */
export type Ask = (method: string, path: string, asked?: Asked) => Promise<Answer>;

/** Asks a server at a port of this machine. */
export function askAt(port: number): Ask {
  return (method, path, asked = {}) => send(port, { method, path, ...asked });
}

interface Sent extends Asked {
  readonly method: string;
  readonly path: string;
}

async function send(port: number, sent: Sent): Promise<Answer> {
  const { method, path, body, isStreamed = false } = sent;
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const length =
    isStreamed || (bytes === undefined && method === 'GET') ? {} : { 'content-length': bytes?.length ?? 0 };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(
    { host: '127.0.0.1', port, method, path, headers: { ...length, ...sent.headers } },
    response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk)).on('error', reject);
      response.on('end', () =>
        resolve(answerOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))),
      );
      response.on('aborted', () => reject(new Error('the answer broke off')));
    },
  );
  outgoing.on('error', reject);
  outgoing.end(bytes);
  return await promise;
}

function answerOf(status: number, headers: IncomingHttpHeaders, body: Buffer): Answer {
  return {
    status,
    headers,
    body,
    json: () => JSON.parse(body.toString()),
    codes: () => {
      const { errors = [] }: { errors?: readonly { code: string }[] } = JSON.parse(body.toString() || '{}');
      return errors.map(error => error.code);
    },
  };
}

/** Fails unless both are the same bytes; a difference between large ones would take minutes to print. */
export function sameBytes(got: Uint8Array, wanted: Uint8Array): void {
  deepEqual([got.length, sha256(got)], [wanted.length, sha256(wanted)]);
}

/** The SHA-256 digest of bytes. */
export function sha256(bytes: Uint8Array | string): string {
  return digestBytes('sha256', Buffer.from(bytes));
}

/** The SHA-512 digest of bytes. */
export function sha512(bytes: Uint8Array | string): string {
  return digestBytes('sha512', Buffer.from(bytes));
}
