import { type LayerScan, TYPE } from '../scan/index.ts';
import type { HiddenBy } from './stacked.ts';

/** A row of a layer. */
export interface Row {
  readonly scan: LayerScan;
  readonly row: number;
}

/** How a file replaces another: with the same size and time, `chown` and `chmod` only copied it. */
export function differenceOf(before: Row, after: Row): HiddenBy {
  const { scan: old, row: a } = before;
  const { scan: now, row: b } = after;
  const isSame =
    old.type[a] === TYPE.file &&
    now.type[b] === TYPE.file &&
    old.size[a] === now.size[b] &&
    old.mtime[a] === now.mtime[b];
  const isMetadata = old.mode[a] !== now.mode[b] || old.uid[a] !== now.uid[b] || old.gid[a] !== now.gid[b];
  return isSame && isMetadata ? 'metadata' : 'replaced';
}
