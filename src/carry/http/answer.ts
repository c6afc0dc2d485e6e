import type { IncomingMessage } from 'node:http';
import type { ByteStream } from '../../core/bytes/index.ts';
import type { SampanError } from '../../core/errors/index.ts';
import { shownUrl } from './address.ts';
import { explain } from './failure.ts';
import { type PaceLimits, pace, tooSlow } from './pace.ts';
import type { HttpRequest } from './port.ts';

/** How slow an answer may come. */
export type AnswerLimits = PaceLimits;

/** The body of an answer, under the watch of {@link pace}. */
export async function* answerBody(
  incoming: IncomingMessage,
  request: HttpRequest,
  limits: AnswerLimits,
): ByteStream {
  const watch = pace(limits);
  let failure: SampanError | undefined;
  const timer = setInterval(() => {
    const verdict = watch.verdict(performance.now());
    if (verdict === undefined) return;
    failure ??= tooSlow(`${request.method} ${shownUrl(request.url)}`, verdict);
    incoming.destroy(failure);
  }, checkEvery(limits));
  const chunks = incoming[Symbol.asyncIterator]();
  try {
    while (true) {
      watch.wait(performance.now());
      const next = await chunks.next();
      if (next.done === true) break;
      const chunk: Uint8Array = next.value;
      watch.receive(chunk.length, performance.now());
      yield chunk;
    }
    if (failure !== undefined || !incoming.complete) throw failure ?? new Error('it ended early');
  } catch (error) {
    throw explain(failure ?? error, request);
  } finally {
    clearInterval(timer);
    await chunks.return?.();
  }
}

function checkEvery({ idleMs, slowMs }: AnswerLimits): number {
  return Math.max(10, Math.min(1000, idleMs / 4, slowMs / 4));
}
