import { SampanError } from '../../../core/errors/index.ts';
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
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/x-ndjson' },
        body: records.map(lineOf).join(''),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new SampanError('unavailable', `it answered with status ${response.status}`);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
