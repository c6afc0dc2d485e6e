import { SampanError } from '../../core/errors/index.ts';
import type { HttpProbe } from './types.ts';

const FORM = /^(?:([A-Z]+)\s+)?http:\/\/([^/:\s]*)(?::(\d+))?(\/\S*)?(?:\s+(.*?))?(?:\s*=>\s*(\d{3}))?$/s;

/**
 * Reads a probe as people write it: `http://:8080/path`, with a method before it, a body behind it and the
 * expected status after `=>`: `POST http://:8080/api {"v":1} => 201`.
 *
 * @throws SampanError `usage`.
 */
export function parseHttpProbe(text: string): HttpProbe {
  const [, method, , port, path = '/', body, status] = FORM.exec(text.trim()) ?? [];
  const number = Number(port ?? 80);
  if (!FORM.test(text.trim()) || number < 1 || number > 65_535) {
    throw new SampanError('usage', `not a probe: ${text}`, {
      remedy: 'write it like http://:8080/path, or \'POST http://:8080/api {"v":1} => 201\'',
    });
  }
  const hasBody = body !== undefined && body !== '';
  return {
    kind: 'http',
    port: number,
    path,
    method: method ?? (hasBody ? 'POST' : 'GET'),
    ...(hasBody ? { body } : {}),
    ...(status === undefined ? {} : { status: Number(status) }),
  };
}
