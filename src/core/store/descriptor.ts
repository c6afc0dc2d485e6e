import type { Digest } from '../bytes/index.ts';
import type { Descriptor } from '../oci/index.ts';
import type { Expected } from './port.ts';

/** The descriptor of a blob that has just been stored. */
export function descriptorOf(
  expected: Expected,
  got: { readonly digest: Digest; readonly size: number },
): Descriptor {
  const { mediaType, annotations } = expected;
  return { mediaType, ...got, ...(annotations === undefined ? {} : { annotations }) };
}
