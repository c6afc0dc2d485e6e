import type { IncomingMessage } from 'node:http';
import { SampanError } from '../../../core/errors/index.ts';
import { Refusal } from '../base/index.ts';
import { type PaceLimits, watchPace } from './pace.ts';

/**
 * The body of a request, watched: it throws SampanError `cancelled` when the client went away and `timeout` when
 * it is too slow.
 */
export async function* bodyOf(request: IncomingMessage, limits: PaceLimits): AsyncGenerator<Uint8Array> {
  let slow: SampanError | undefined;
  const pace = watchPace(limits, error => {
    slow = error;
    request.destroy(error);
  });
  try {
    // Whoever stops reading still wants to answer, which a destroyed request cannot.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      pace.passed(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw slow ?? new SampanError('cancelled', 'the client went away', { cause: error });
  } finally {
    pace.end();
  }
}

/**
 * A small body, whole.
 *
 * @throws Refusal `SIZE_INVALID` (413) when it is larger than `maxBytes`.
 */
export async function readBody(
  request: IncomingMessage,
  limits: PaceLimits & { readonly maxBytes: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  for await (const chunk of bodyOf(request, limits)) {
    size += chunk.length;
    if (size > limits.maxBytes) throw tooLarge(limits.maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal('SIZE_INVALID', `more than the ${maxBytes} bytes that are taken`, { status: 413 });
}
