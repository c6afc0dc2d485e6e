import {
  eachReference,
  maxShifts,
  type Reference,
  type RegionKind,
  type Relocation,
  shiftAt,
} from '../relocate/index.ts';
import { chainOf, type Segment } from './align.ts';
import { addressOf, type Program, readProgram } from './program.ts';

/** Larger programs are not asked where each of their references goes: it takes much memory. */
const MAX_VOTE_BYTES = 48 << 20;
const MIN_MAJORITY = 2;
/** What moved alike and is so near is taken together. */
const NEAR = 64;

/**
 * How an old program was rearranged to become the new one, as far as that can be seen; absent when one of
 * them is no program, or nothing moved.
 */
export function findRelocation(
  old: Buffer,
  fresh: Buffer,
  segments: readonly Segment[],
): Relocation | undefined {
  const before = readProgram(old);
  const after = readProgram(fresh);
  if (before === undefined || after === undefined || before.regions.length === 0) return undefined;
  const chain = chainOf(segments);
  const rough = relocationOf(before, shiftsOf(chain, before, after));
  const isSmall = old.length <= MAX_VOTE_BYTES;
  const voted = isSmall ? votes({ old, fresh, chain, rough }) : [];
  const found = relocationOf(before, merged(rough, voted));
  return found.by.some(shift => shift !== 0) ? found : undefined;
}

interface Shift {
  readonly at: number;
  readonly by: number;
}

function relocationOf(program: Program, shifts: readonly Shift[]): Relocation {
  const most = shifts.slice(0, maxShifts());
  return {
    regions: program.regions,
    low: program.low,
    high: program.high,
    at: Float64Array.from(most, shift => shift.at),
    by: Float64Array.from(most, shift => shift.by),
  };
}

function shiftsOf(chain: readonly Segment[], before: Program, after: Program): readonly Shift[] {
  const shifts: Shift[] = [];
  for (const segment of chain) {
    const from = addressOf(before, segment.old);
    const to = addressOf(after, segment.new);
    if (from < 0 || to < 0) continue;
    shifts.push({ at: from, by: to - from });
  }
  return compact(shifts.toSorted((a, b) => a.at - b.at));
}

function compact(shifts: readonly Shift[]): readonly Shift[] {
  const kept: Shift[] = [];
  for (const shift of shifts) {
    if (kept.at(-1)?.at === shift.at) kept.pop();
    if (kept.at(-1)?.by !== shift.by) kept.push(shift);
  }
  return kept;
}

interface Ballot {
  readonly old: Buffer;
  readonly fresh: Buffer;
  readonly chain: readonly Segment[];
  readonly rough: Relocation;
}

/** Where the references of the new program say that things went, where that is not what was thought. */
function votes(ballot: Ballot): readonly Shift[] {
  const counts = new Counts();
  for (const region of ballot.rough.regions) {
    if (region.kind === 'aarch64') continue;
    const only = { regions: [region] };
    eachReference(ballot.old, 0, only, reference => {
      const { target } = reference;
      if (target < ballot.rough.low || target >= ballot.rough.high) return false;
      const shift = observedShift(ballot, reference, region.kind);
      if (shift === undefined) return true;
      counts.add(target, shift);
      return true;
    });
  }
  const shifts: Shift[] = [];
  for (const at of counts.targets())
    shifts.push({ at, by: decided(counts.of(at), shiftAt(ballot.rough, at)) });
  return shifts;
}

/** How often each target went where. Most go to one place alone, and take little memory. */
class Counts {
  readonly #first = new Map<number, number>();
  readonly #times = new Map<number, number>();
  readonly #others = new Map<number, Map<number, number>>();

  add(target: number, shift: number): void {
    const first = this.#first.get(target);
    if (first === undefined) this.#first.set(target, shift);
    else if (first === shift) this.#times.set(target, (this.#times.get(target) ?? 1) + 1);
    else {
      const others = this.#others.get(target) ?? new Map<number, number>();
      this.#others.set(target, others.set(shift, (others.get(shift) ?? 0) + 1));
    }
  }

  /** Ascending. */
  targets(): Float64Array {
    return Float64Array.from(this.#first.keys()).sort();
  }

  /** Shifts and how often, in the order in which they were seen first. */
  of(target: number): Iterable<readonly [number, number]> {
    const shift = this.#first.get(target) ?? 0;
    return [[shift, this.#times.get(target) ?? 1], ...(this.#others.get(target) ?? [])];
  }
}

function decided(seen: Iterable<readonly [number, number]>, thought: number): number {
  const all = [...seen];
  let by = thought;
  let most = (all.find(([shift]) => shift === thought)?.[1] ?? 0) + MIN_MAJORITY - 1;
  for (const [shift, count] of all) if (count > most) [by, most] = [shift, count];
  return by;
}

/** How far the target of an old reference went, if the new program has a reference in its place. */
function observedShift(ballot: Ballot, reference: Reference, kind: RegionKind): number | undefined {
  const { old, fresh, chain, rough } = ballot;
  const segment = segmentAt(chain, reference.at);
  if (segment === undefined) return undefined;
  const at = reference.at - segment.old + segment.new;
  const isWide = kind === 'rela' || kind === 'symbols' || kind === 'pointers';
  if (reference.at + (isWide ? 8 : 4) > segment.old + segment.size) return undefined;
  const shift = isWide
    ? fresh.readUInt32LE(at) + fresh.readUInt32LE(at + 4) * 2 ** 32 - reference.target
    : fresh.readInt32LE(at) - old.readInt32LE(reference.at) + shiftAt(rough, reference.place);
  return Math.abs(shift) < 2 ** 31 ? shift : undefined;
}

function segmentAt(chain: readonly Segment[], at: number): Segment | undefined {
  let low = 0;
  let high = chain.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (chain[middle]!.old <= at) low = middle;
    else high = middle - 1;
  }
  const found = chain[low];
  return found !== undefined && at >= found.old && at < found.old + found.size ? found : undefined;
}

/** The rough table with what was voted put in, each for its own address alone. */
function merged(rough: Relocation, voted: readonly Shift[]): readonly Shift[] {
  const shifts: Shift[] = [...rough.at].map((at, i) => ({ at, by: rough.by[i]! }));
  for (const [i, { at, by }] of voted.entries()) {
    if (by === shiftAt(rough, at)) continue;
    shifts.push({ at, by });
    const next = voted[i + 1];
    const goesOn = next !== undefined && next.by === by && next.at - at <= NEAR;
    if (!goesOn) shifts.push({ at: at + 1, by: shiftAt(rough, at + 1) });
  }
  // Of two for one address, the later one counts: votes come after what was thought.
  return compact(shifts.toSorted((a, b) => a.at - b.at));
}
