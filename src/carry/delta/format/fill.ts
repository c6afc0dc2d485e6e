import type { ByteSpace } from '../bytes/index.ts';
import { relocate } from '../relocate/index.ts';
import { type Dictionary, dictionarySize } from './operations.ts';

/**
 * The bytes of a dictionary. `last` are the literals of the block before. Making a delta and applying it call
 * this: both have the same dictionary, or the digest of the layer says otherwise.
 *
 * @throws SampanError `integrity` when it reaches out of the old image.
 */
export function fillDictionary(dictionary: Dictionary, old: ByteSpace, last: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafeSlow(dictionarySize(dictionary));
  const history = last.subarray(Math.max(last.length - dictionary.history, 0));
  bytes.fill(0, 0, dictionary.history);
  bytes.set(history);
  let at = dictionary.history;
  for (const part of dictionary.parts) {
    const target = bytes.subarray(at, at + part.size);
    old.read(part.at, target);
    if (part.relocation !== undefined) relocate(target, part.at - part.file, part.relocation);
    at += part.size;
  }
  return bytes;
}
