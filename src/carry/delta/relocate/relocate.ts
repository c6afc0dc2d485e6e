import { eachAarch64 } from './aarch64.ts';
import { eachDatum } from './data.ts';
import type { Visit, Window } from './field.ts';
import { type Region, type Relocation, shiftAt } from './model.ts';
import { eachX86 } from './x86-64.ts';

/**
 * Rewrites references in a part of an old program as they would be, had everything moved as the relocation
 * says. `bytes` begin at `from` in the file. What looks like a reference and is none is rewritten as well:
 * the same on both sides, so that it only costs a few bytes.
 */
export function relocate(bytes: Buffer, from: number, model: Relocation): void {
  eachReference(bytes, from, model, reference => {
    const { target, place } = reference;
    if (target < model.low || target >= model.high) return false;
    reference.move(shiftAt(model, target), place < 0 ? 0 : shiftAt(model, place));
    return true;
  });
}

/** Visits everything that looks like a reference, in the order of the regions. */
export function eachReference(
  bytes: Buffer,
  from: number,
  model: Pick<Relocation, 'regions'>,
  visit: Visit,
): void {
  for (const region of model.regions) {
    const start = Math.max(region.start, from);
    const end = Math.min(region.start + region.size, from + bytes.length);
    if (start < end) visitRegion(region, { bytes, from, start, end }, visit);
  }
}

function visitRegion(region: Region, window: Window, visit: Visit): void {
  if (region.kind === 'x86-64') eachX86(region, window, visit);
  else if (region.kind === 'aarch64') eachAarch64(region, window, visit);
  else eachDatum(region, window, visit);
}
