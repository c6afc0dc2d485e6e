import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { release } from '../../../core/bytes/index.ts';
import type { ByteSpace } from '../bytes/index.ts';
import { encodeBlock, fillDictionary, type Packed, packSmall } from '../format/index.ts';
import type { OpenBlock } from './recipe.ts';

const compress = promisify(zstdCompress);
const MIN_WINDOW_LOG = 10;

/** The bytes of a block, packed at a level of zstd. Runs in Node's pool of threads. */
export async function packBlock(
  block: OpenBlock,
  how: { readonly old: ByteSpace; readonly level: number },
): Promise<readonly Uint8Array[]> {
  const operations = packSmall(block.operations);
  return encodeBlock({ operations, literals: await packLiterals(block, how) });
}

async function packLiterals(
  { literals, dictionary, last }: OpenBlock,
  how: { readonly old: ByteSpace; readonly level: number },
): Promise<Packed> {
  const size = literals.length;
  if (size === 0) return { method: 'plain', bytes: literals, size };
  const held = fillDictionary(dictionary, how.old, last);
  if (held.length === 0 && size <= 1 << 18) return packSmall(literals);
  const bytes = await compress(literals, {
    ...(held.length === 0 ? {} : { dictionary: held }),
    pledgedSrcSize: size,
    params: {
      [constants.ZSTD_c_compressionLevel]: how.level,
      [constants.ZSTD_c_windowLog]: windowLog(held.length + size),
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
  } satisfies Parameters<typeof compress>[1] & { pledgedSrcSize: number });
  release(held);
  return bytes.length < size ? { method: 'zstd', bytes, size } : { method: 'plain', bytes: literals, size };
}

/** So that all of a dictionary is in reach, and tables are no larger than that. */
function windowLog(reach: number): number {
  return Math.max(MIN_WINDOW_LOG, Math.ceil(Math.log2(reach)));
}
