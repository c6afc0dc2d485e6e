import type { Reference, Visit, Window } from './field.ts';
import type { Region, RegionKind } from './model.ts';

interface Shape {
  /** Bytes from one entry to the next, and where in an entry references are. */
  readonly step: number;
  readonly fields: readonly number[];
  readonly isWide: boolean;
}

const SHAPES: Readonly<Record<Exclude<RegionKind, 'x86-64' | 'aarch64'>, Shape>> = {
  rela: { step: 24, fields: [0, 16], isWide: true },
  symbols: { step: 24, fields: [8], isWide: true },
  pointers: { step: 8, fields: [0], isWide: true },
  relative: { step: 4, fields: [0], isWide: false },
  offsets: { step: 4, fields: [0], isWide: false },
};

const WIDE = 2 ** 32;
/** Distances so short are numbers of another kind. */
const NEAR = 16;

/** References in tables: addresses of 8 bytes, or signed distances of 4. */
export function eachDatum(region: Region, window: Window, visit: Visit): void {
  if (region.kind === 'x86-64' || region.kind === 'aarch64') return;
  const shape = SHAPES[region.kind];
  const { from, start, end } = window;
  const reference = shape.isWide ? wideReference(window) : nearReference(window);
  const first = region.start + Math.ceil((start - region.start) / shape.step) * shape.step;
  for (let entry = first; entry + shape.step <= end; entry += shape.step) {
    for (const field of shape.fields) {
      reference.at = entry + field;
      if (shape.isWide) readWide(reference, window.bytes, entry + field - from);
      else if (!readNear(reference, region, window)) continue;
      visit(reference);
    }
  }
}

function wideReference({ bytes, from }: Window): Reference {
  return {
    at: 0,
    target: 0,
    place: -1,
    move(target) {
      const moved = Math.max(this.target + target, 0);
      bytes.writeUInt32LE(moved % WIDE, this.at - from);
      bytes.writeUInt32LE(Math.floor(moved / WIDE) % WIDE, this.at - from + 4);
    },
  };
}

function readWide(reference: Reference, bytes: Buffer, at: number): void {
  reference.target = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * WIDE;
}

function nearReference({ bytes, from }: Window): Reference {
  return {
    at: 0,
    target: 0,
    place: 0,
    move(target, place) {
      const at = this.at - from;
      bytes.writeInt32LE((bytes.readInt32LE(at) + target - place) | 0, at);
    },
  };
}

function readNear(reference: Reference, region: Region, { bytes, from }: Window): boolean {
  const value = bytes.readInt32LE(reference.at - from);
  if (value > -NEAR && value < NEAR) return false;
  const own = region.address + reference.at - region.start;
  reference.place = region.kind === 'offsets' ? region.address : own;
  reference.target = reference.place + value;
  return true;
}
