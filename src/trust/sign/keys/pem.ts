import { SampanError } from '../../../core/errors/index.ts';

/** One block of a PEM file (RFC 7468). */
export interface PemBlock {
  /** `PUBLIC KEY`, `PRIVATE KEY`, … */
  readonly label: string;
  readonly bytes: Buffer;
}

/** No key file is larger. */
export const MAX_KEY_BYTES = 64 << 10;

const MAX_BLOCKS = 64;
const BLOCK =
  /-----BEGIN ([A-Z0-9 ]{1,64})-----\r?\n([A-Za-z0-9+/=\s]*?)\r?\n?-----END ([A-Z0-9 ]{1,64})-----/g;

/**
 * The blocks of a PEM file, in their order; text around them is passed over. Errors name the file and never
 * hold what is in it.
 *
 * @throws SampanError `limit` for a file above 64 KiB or of more than 64 blocks, `invalid` for none.
 */
export function parsePem(bytes: Uint8Array, what: string): readonly PemBlock[] {
  if (bytes.length > MAX_KEY_BYTES) {
    throw new SampanError('limit', `${what}: ${bytes.length} bytes, a key file has at most ${MAX_KEY_BYTES}`);
  }
  const text = Buffer.from(bytes).toString('latin1');
  const blocks: PemBlock[] = [];
  for (const [, begin = '', body = '', end] of text.matchAll(BLOCK)) {
    if (begin !== end)
      throw new SampanError('invalid', `${what}: a PEM block begins as ${begin} and ends as ${end}`);
    if (blocks.length === MAX_BLOCKS) throw new SampanError('limit', `${what}: more than ${MAX_BLOCKS} keys`);
    blocks.push({ label: begin, bytes: decoded(body, what) });
  }
  const [first] = blocks;
  if (first !== undefined) return blocks;
  throw new SampanError('invalid', `${what}: no PEM key in it`, {
    remedy:
      'a key file begins with -----BEGIN PUBLIC KEY----- or -----BEGIN … PRIVATE KEY-----, and is whole',
  });
}

function decoded(body: string, what: string): Buffer {
  const base64 = body.replace(/\s+/g, '');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > 0 && bytes.toString('base64') === base64) return bytes;
  throw new SampanError('invalid', `${what}: a PEM block that is no base64`);
}

/** Writes one block, 64 letters a line. */
export function formatPem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
