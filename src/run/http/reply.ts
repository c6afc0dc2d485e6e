import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSampanError, SampanError } from '../../core/errors/index.ts';

/** What all answers say: nothing is kept, guessed, framed, or told to others. */
export const COMMON_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Sends JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, { type: 'application/json', text: `${JSON.stringify(value)}\n` });
}

/** Sends a text. */
export function sendText(
  response: ServerResponse,
  status: number,
  {
    type,
    text,
    headers = {},
  }: {
    readonly type: string;
    readonly text: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    ...COMMON_HEADERS,
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

const STATUS: Readonly<Partial<Record<SampanError['code'], number>>> = {
  usage: 400,
  invalid: 400,
  'not-found': 404,
  denied: 403,
  limit: 413,
  unproven: 409,
  unsupported: 501,
  unavailable: 503,
  timeout: 504,
};

/** Tells a failure: the message and the remedy of ours, nothing of any other. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (!isSampanError(error)) {
    sendJson(response, 500, { error: 'an error within the agent' });
    return;
  }
  const { message, remedy, code } = error;
  sendJson(response, STATUS[code] ?? 500, { error: message, ...(remedy === undefined ? {} : { remedy }) });
}

/** Reads a body. @throws SampanError `limit`; `invalid` for one that is not UTF-8. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const tooLarge = (): SampanError => new SampanError('limit', `the body is larger than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new SampanError('invalid', 'the body is not UTF-8', { cause: error });
  }
}
