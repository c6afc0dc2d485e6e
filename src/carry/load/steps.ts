import { type Digest, hexOf } from '../../core/bytes/index.ts';
import type { NeededLayer } from './types.ts';

/** One archive that is sent to an engine. */
export interface LoadStep {
  /** How many layers, from the lowest on, the image of this step has. */
  readonly depth: number;
  /** Those among them that are sent. */
  readonly sent: readonly NeededLayer[];
  /** True for the image itself; the others only hold layers until it is there. */
  readonly isLast: boolean;
}

/**
 * Parts what an image needs into steps of about `stepBytes`, the lowest layers first: each step that is done
 * stays done, whatever becomes of the next, and the engine needs room for one step at a time.
 */
export function planSteps(layers: readonly NeededLayer[], stepBytes: number): readonly LoadStep[] {
  const steps: LoadStep[] = [];
  let sent: NeededLayer[] = [];
  let size = 0;
  const left = layers.findLastIndex(layer => layer.state !== 'present');
  for (const [i, layer] of layers.entries()) {
    if (layer.state === 'present') continue;
    sent.push(layer);
    size += layer.blob.size;
    if (size < stepBytes || i === left) continue;
    steps.push({ depth: i + 1, sent, isLast: false });
    [sent, size] = [[], 0];
  }
  steps.push({ depth: layers.length, sent, isLast: true });
  return steps;
}

/** On an image that only holds layers until another is whole. */
export const HOLDING_LABEL = 'dev.sampan.load';

/** The configuration of an image that only holds layers. The same layers give the same one. */
export function holdingConfig(
  platform: { readonly os: string; readonly architecture: string },
  diffIds: readonly Digest[],
): Buffer {
  const { os, architecture } = platform;
  const config = { Labels: { [HOLDING_LABEL]: 'partial' } };
  return Buffer.from(
    JSON.stringify({ architecture, config, os, rootfs: { type: 'layers', diff_ids: diffIds } }),
  );
}

/** Where an archive has a layer. */
export function layerPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}
