import { decodeName, readContent } from '../../../core/bytes/index.ts';
import { wrap } from '../../../core/errors/index.ts';
import type { Tree } from '../../tree/index.ts';

const TEXT_MAX_BYTES = 32 << 20;

/**
 * The text of a file, decoded as names are; symlinks are followed. Absent when it is not a regular file.
 *
 * @throws SampanError `limit` when it has more than `maxBytes` (32 MiB unless told).
 */
export function readText(tree: Tree, path: string, maxBytes = TEXT_MAX_BYTES): string | undefined {
  const node = tree.resolve(path)?.node;
  if (node?.kind !== 'file') return undefined;
  try {
    return decodeName(readContent(node.content, maxBytes));
  } catch (error) {
    throw wrap(`reading ${path} of the image`, error);
  }
}

/** The lines of a text, without their ends, comments from `#` on cut off, trimmed, the empty ones left out. */
export function lines(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return text
    .split('\n')
    .map(line => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(line => line !== '');
}
