import { formatSize } from '../../../core/text/index.ts';
import type { Finding, Severity } from '../finding.ts';
import type { Inspection } from '../types.ts';

/** What an image may be like. Absent: anything. */
export interface Budget {
  /** The files of all layers, in bytes. */
  readonly maxSize?: number;
  /** Bytes that could go, or that share of the size (0 to 1). */
  readonly maxWaste?: { readonly bytes: number } | { readonly share: number };
  /** dive's score, 0 to 1. */
  readonly minEfficiency?: number;
  /** Bytes that it may be larger than the image that it is compared with. */
  readonly maxGrowth?: number;
  /** Kinds of findings, or severities, that may not occur; a severity stands for itself and all above. */
  readonly failOn: readonly string[];
}

/** A promise of a budget that an image breaks. */
export interface Violation {
  /** `max-size`, `max-waste`, `min-efficiency`, `max-growth`, or the id of a finding. */
  readonly id: string;
  /** One sentence: what is, and what was wanted. */
  readonly message: string;
}

/** Severities, from the least to the most. */
export const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high'];

/** What of a budget is broken; nothing when the image keeps it. `growthBytes` where it was compared with another. */
export function checkBudget(
  inspection: Inspection,
  budget: Budget,
  growthBytes?: number,
): readonly Violation[] {
  const { totals, findings } = inspection;
  const broken: Violation[] = [];
  const check = (isKept: boolean, id: string, message: string): void => {
    if (!isKept) broken.push({ id, message });
  };
  const { maxSize, maxWaste, minEfficiency, maxGrowth } = budget;
  if (maxSize !== undefined) {
    const text = `the image has ${formatSize(totals.sizeBytes)}, at most ${formatSize(maxSize)} are allowed`;
    check(totals.sizeBytes <= maxSize, 'max-size', text);
  }
  if (maxWaste !== undefined) {
    const allowed = 'bytes' in maxWaste ? maxWaste.bytes : maxWaste.share * totals.sizeBytes;
    const text = `${formatSize(totals.reclaimableBytes)} are waste, at most ${formatSize(Math.round(allowed))} are allowed`;
    check(totals.reclaimableBytes <= allowed, 'max-waste', text);
  }
  if (minEfficiency !== undefined) {
    const text = `the efficiency is ${totals.efficiency.toFixed(4)}, at least ${minEfficiency} is wanted`;
    check(totals.efficiency >= minEfficiency, 'min-efficiency', text);
  }
  if (maxGrowth !== undefined && growthBytes !== undefined) {
    const text = `it grew by ${formatSize(growthBytes)}, at most ${formatSize(maxGrowth)} are allowed`;
    check(growthBytes <= maxGrowth, 'max-growth', text);
  }
  for (const finding of findings) {
    if (!isUnwanted(finding, budget.failOn)) continue;
    broken.push({ id: finding.id, message: messageOf(finding) });
  }
  return broken;
}

function isUnwanted(finding: Finding, failOn: readonly string[]): boolean {
  return failOn.some(each => {
    const least = (SEVERITIES as readonly string[]).indexOf(each);
    return least === -1 ? each === finding.id : SEVERITIES.indexOf(finding.severity) >= least;
  });
}

function messageOf(finding: Finding): string {
  return finding.bytes === 0 ? finding.title : `${finding.title} (${formatSize(finding.bytes)})`;
}
