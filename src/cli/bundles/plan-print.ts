import type { BundlePlan, Target } from '../../carry/bundle/index.ts';
import { hexOf } from '../../core/bytes/index.ts';
import { formatNumber } from '../../core/text/index.ts';
import { formatSize, formatTable, type Output } from '../output/index.ts';

const COLUMNS = [
  { title: 'IMAGE', shrink: 'path' },
  { title: 'LAYER' },
  { title: 'SIZE', align: 'right' },
  { title: '', shrink: 'text' },
] as const;

/** Prints what a bundle will carry, and what it leaves out and why. Sizes are those of the source. */
export function printBundlePlan(output: Output, plan: BundlePlan, targets: readonly Target[]): void {
  const rows = plan.images.flatMap(({ name, platform, layers }) =>
    layers.map(({ diffId, blob, leftOut }, i) => [
      i === 0 ? `${name ?? 'without a name'} (${platform})` : '',
      hexOf(diffId).slice(0, 12),
      formatSize(blob.size),
      leftOut === undefined ? 'carried' : `left out: ${leftOut} has it`,
    ]),
  );
  output.write(formatTable(COLUMNS, rows, output));
  output.write(`${planSummary(plan, targets)}\n`);
}

/** The sum of a plan in a line. */
function planSummary(plan: BundlePlan, targets: readonly Target[]): string {
  const carried = `carries ${formatNumber(plan.carriedLayers, 'layer')}, ${formatSize(plan.carriedBytes)}`;
  const attached = plan.referrers === 0 ? '' : ` and ${formatNumber(plan.referrers, 'signature or list')}`;
  if (targets.length === 0) return `${carried}${attached}`;
  const left = `leaves out ${formatNumber(plan.leftOut.size, 'layer')}, ${formatSize(plan.leftOutBytes)}`;
  return `${carried}${attached}; ${left}`;
}

/** The plan as JSON. */
export function bundlePlanJson(plan: BundlePlan): object {
  const { carriedLayers, carriedBytes, leftOutBytes, referrers } = plan;
  const images = plan.images.map(({ name, platform, manifest, layers }) => ({
    ...(name === undefined ? {} : { name }),
    platform,
    digest: manifest.digest,
    layers: layers.map(({ diffId, blob, leftOut }) => ({
      diffId,
      digest: blob.digest,
      size: blob.size,
      ...(leftOut === undefined ? {} : { leftOut }),
    })),
  }));
  return {
    images,
    carriedLayers,
    carriedBytes,
    leftOutLayers: plan.leftOut.size,
    leftOutBytes,
    referrers,
  };
}
