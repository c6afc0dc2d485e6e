import { release } from '../../../core/bytes/index.ts';
import type { ByteSpace } from '../bytes/index.ts';
import { type DictionaryPart, MAX_LITERAL_BYTES, MAX_RELOCATION_BYTES } from '../format/index.ts';
import { type Relocation, relocate } from '../relocate/index.ts';
import { align, type Segment } from './align.ts';
import type { OldFile } from './catalogue.ts';
import { findRelocation } from './relocation.ts';

/** A part of a changed file, in its order. */
export type PatchPart =
  | { readonly kind: 'copy'; readonly at: number; readonly size: number }
  | { readonly kind: 'literal'; readonly bytes: Buffer; readonly parts: readonly DictionaryPart[] };

/** The largest file that is held in memory to be compared with its ancestor. */
const MAX_WHOLE_BYTES = 144 << 20;
/** Runs so long are copied; shorter ones are left to the packing, which does it in fewer bytes. */
const MIN_COPY_BYTES = 4096;
const MARGIN_BYTES = 4 << 10;
/** A dictionary that leaves room for another file's in the same block. */
const WINDOW_BYTES = 3 << 20;
const ELF_MAGIC = 0x464c457f;
/** What a row of a table takes at most, about. */
const ROW_BYTES = 6;

/** How the bytes of a new file are made of those of its ancestor. */
export function patchFile(fresh: Buffer, ancestor: OldFile, old: ByteSpace): readonly PatchPart[] {
  const isProgram = fresh.length >= 64 && fresh.readUInt32LE(0) === ELF_MAGIC;
  const isSmall = fresh.length <= MAX_LITERAL_BYTES && ancestor.size <= WINDOW_BYTES;
  if (ancestor.size > MAX_WHOLE_BYTES) return literalParts(fresh, () => []);
  if (isSmall && !isProgram) {
    return [{ kind: 'literal', bytes: fresh, parts: [wholeOf(ancestor, undefined)] }];
  }
  const before = Buffer.allocUnsafeSlow(ancestor.size);
  old.read(ancestor.at, before);
  try {
    const segments = align(before, fresh);
    const relocation = isProgram ? worthwhile(before, fresh, segments) : undefined;
    if (isSmall) return [{ kind: 'literal', bytes: fresh, parts: [wholeOf(ancestor, relocation)] }];
    return largeParts({ before, fresh, segments, ancestor, relocation });
  } finally {
    release(before);
  }
}

/** The largest new file that {@link patchFile} takes. */
export function maxPatchBytes(): number {
  return MAX_WHOLE_BYTES;
}

function wholeOf(file: OldFile, relocation: Relocation | undefined): DictionaryPart {
  return { at: file.at, size: file.size, file: file.at, relocation };
}

/** A relocation, if it mends more bytes than its table takes. */
function worthwhile(before: Buffer, fresh: Buffer, segments: readonly Segment[]): Relocation | undefined {
  const found = findRelocation(before, fresh, segments);
  if (found === undefined || found.at.length * ROW_BYTES > MAX_RELOCATION_BYTES) return undefined;
  const moved = Buffer.allocUnsafeSlow(before.length);
  before.copy(moved);
  relocate(moved, 0, found);
  const mended = differences(before, fresh, segments) - differences(moved, fresh, segments);
  release(moved);
  return mended > found.at.length ? found : undefined;
}

function differences(before: Buffer, fresh: Buffer, segments: readonly Segment[]): number {
  let count = 0;
  for (const segment of segments) {
    const shift = segment.old - segment.new;
    const end = segment.new + segment.size;
    for (let at = segment.new; at < end; at += 1) if (before[at + shift] !== fresh[at]) count += 1;
  }
  return count;
}

interface LargeFile {
  readonly before: Buffer;
  readonly fresh: Buffer;
  readonly segments: readonly Segment[];
  readonly ancestor: OldFile;
  readonly relocation: Relocation | undefined;
}

function largeParts(file: LargeFile): readonly PatchPart[] {
  const parts: PatchPart[] = [];
  let at = 0;
  for (const run of exactRuns(file)) {
    if (run.new > at) parts.push(...windowed(file, at, run.new));
    parts.push({ kind: 'copy', at: file.ancestor.at + run.old, size: run.size });
    at = run.new + run.size;
  }
  if (at < file.fresh.length) parts.push(...windowed(file, at, file.fresh.length));
  return parts;
}

/** Runs of equal bytes that are worth an operation of their own. */
function exactRuns({ before, fresh, segments }: LargeFile): readonly Segment[] {
  const runs: Segment[] = [];
  for (const segment of segments) {
    const shift = segment.old - segment.new;
    let start = segment.new;
    const end = segment.new + segment.size;
    for (let at = start; at <= end; at += 1) {
      if (at < end && before[at + shift] === fresh[at]) continue;
      if (at - start >= MIN_COPY_BYTES) runs.push({ old: start + shift, new: start, size: at - start });
      start = at + 1;
    }
  }
  return runs;
}

function windowed(file: LargeFile, from: number, to: number): readonly PatchPart[] {
  return literalParts(file.fresh.subarray(from, to), (start, end) => [
    windowOf(file, from + start, from + end),
  ]);
}

function literalParts(
  bytes: Buffer,
  partsOf: (start: number, end: number) => readonly DictionaryPart[],
): readonly PatchPart[] {
  const count = Math.ceil(bytes.length / MAX_LITERAL_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const start = i * MAX_LITERAL_BYTES;
    const end = Math.min(start + MAX_LITERAL_BYTES, bytes.length);
    return { kind: 'literal', bytes: bytes.subarray(start, end), parts: partsOf(start, end) };
  });
}

/** The old bytes around those that a part of a new file resembles. */
function windowOf(
  { segments, fresh, ancestor, relocation }: LargeFile,
  from: number,
  to: number,
): DictionaryPart {
  const near = segments.filter(each => each.new < to && each.new + each.size > from);
  const heaviest = near.reduce<Segment | undefined>(
    (best, each) => (best === undefined || each.size > best.size ? each : best),
    undefined,
  );
  const guess = Math.round((from / fresh.length) * ancestor.size);
  const shift = heaviest === undefined ? guess - from : heaviest.old - heaviest.new;
  const slack = Math.min(Math.max(MARGIN_BYTES, to - from), (WINDOW_BYTES - (to - from)) >> 1);
  const start = Math.max(0, Math.min(from + shift - slack, ancestor.size - 1));
  const end = Math.min(ancestor.size, Math.max(to + shift + slack, start + 1));
  const size = Math.min(end - start, WINDOW_BYTES);
  return { at: ancestor.at + start, size, file: ancestor.at, relocation };
}
