import { readStream } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { shownUrl } from './address.ts';
import type { HttpResponse } from './port.ts';

/**
 * The whole body of an answer. A length that is announced beyond the limit is refused before anything is read.
 *
 * @throws SampanError `limit` above `maxBytes`, `unsupported` for a compressed body, or what the body throws.
 */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<Buffer> {
  const what = shownUrl(response.url);
  checkEncoding(response);
  const announced = contentLength(response);
  if (announced !== undefined && announced > maxBytes) {
    response.close();
    throw new SampanError('limit', `${what}: ${announced} bytes, at most ${maxBytes} are read`);
  }
  return await readStream(response.body, what, maxBytes);
}

/** `Content-Length`, where there is one. */
export function contentLength({ headers }: HttpResponse): number | undefined {
  const text = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** @throws SampanError `unsupported` for a body that is compressed although nobody asked for it. */
export function checkEncoding(response: HttpResponse): void {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return;
  response.close();
  throw new SampanError(
    'unsupported',
    `${shownUrl(response.url)}: sent with Content-Encoding ${encoding.slice(0, 20)}, which was not asked for`,
  );
}

/** A media type without its parameters, in lower case. */
export function contentType({ headers }: HttpResponse): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
