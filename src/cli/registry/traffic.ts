import type { Stage } from '../../core/progress/index.ts';
import { formatSize } from '../output/index.ts';

/** Counts what goes over the network, and shows it. */
export interface Traffic {
  /** So many bytes came or went. */
  count(bytes: number): void;
  /** So many bytes have come and gone. */
  total(): number;
  /** Tells a stage from now on. */
  showIn(stage: Stage): void;
}

/** A counter that has counted nothing yet. */
export function traffic(): Traffic {
  let total = 0;
  let shown: Stage | undefined;
  return {
    count: bytes => {
      total += bytes;
      shown?.update(formatSize(total));
    },
    total: () => total,
    showIn: stage => {
      shown = stage;
    },
  };
}
