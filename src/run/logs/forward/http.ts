import { SampanError } from '../../../core/errors/index.ts';
import { nodeHttp } from '../../../core/http/index.ts';
import { type Destination, lineOf } from './record.ts';

/** Posts batches of lines of JSON (`application/x-ndjson`). An answer of 2xx takes them. */
export function httpDestination(
  settings: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  },
  signal: AbortSignal,
): Destination {
  const { url, headers, timeoutMs } = settings;
  const { origin, pathname } = new URL(url);
  return {
    name: `${origin}${pathname}`,
    spools: true,
    send: async records => {
      const status = await post(url, {
        headers: { ...headers, 'Content-Type': 'application/x-ndjson' },
        body: Buffer.from(records.map(lineOf).join('')),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      if (status < 200 || status > 299)
        throw new SampanError('unavailable', `it answered with status ${status}`);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** The status of the answer; redirects are not followed. Not `fetch`: it needs WebAssembly, which lean agents lack. */
async function post(url: string, { headers, body, signal }: Posting): Promise<number> {
  const { request } = url.startsWith('https:') ? await import('node:https') : nodeHttp();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = request(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': String(body.length) },
    signal,
  });
  outgoing.on('error', reject);
  outgoing.once('response', incoming => {
    incoming.on('error', () => {});
    incoming.resume();
    resolve(incoming.statusCode ?? 0);
  });
  outgoing.end(body);
  return await promise;
}
