import type { Visit, Window } from './field.ts';
import type { Region } from './model.ts';

const PAGE = 4096;
/** How far behind the page its low part is looked for, in instructions. */
const PAIR_REACH = 8;

/**
 * Branches (B, BL) and pages (ADRP) with the ADD, load or store that has the low part: Arm Architecture
 * Reference Manual for A-profile, C4.1 and C6.2.
 */
export function eachAarch64(region: Region, window: Window, visit: Visit): void {
  const { bytes, from, start, end } = window;
  const toAddress = region.address - region.start + from;
  const first = region.start + Math.ceil((start - region.start) / 4) * 4 - from;
  const last = end - from - 4;
  const branch = branchReference(window);
  for (let i = first; i <= last; i += 4) {
    const word = bytes.readUInt32LE(i);
    if ((word & 0x7c000000) >>> 0 === 0x14000000) {
      branch.at = i + from;
      branch.place = i + toAddress;
      branch.target = branch.place + ((word << 6) >> 6) * 4;
      visit(branch);
    } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
      visitPage({ bytes, from, at: i, last, address: i + toAddress }, word, visit);
    }
  }
}

function branchReference({ bytes, from }: Window) {
  return {
    at: 0,
    target: 0,
    place: 0,
    move(target: number, place: number): void {
      const by = target - place;
      const word = bytes.readUInt32LE(this.at - from);
      const distance = ((word << 6) >> 6) + by / 4;
      if (by % 4 === 0)
        bytes.writeUInt32LE(((word & 0xfc000000) | (distance & 0x03ffffff)) >>> 0, this.at - from);
    },
  };
}

interface PagePlace {
  readonly bytes: Buffer;
  readonly from: number;
  readonly at: number;
  readonly last: number;
  readonly address: number;
}

function visitPage(where: PagePlace, word: number, visit: Visit): void {
  const { bytes, from, at, address } = where;
  const pages = ((((word >>> 29) & 3) | ((word >> 3) & ~3)) << 11) >> 11;
  const low = lowPart(where, word & 31);
  const page = Math.floor(address / PAGE) + pages;
  visit({
    at: at + from,
    target: page * PAGE + (low === undefined ? 0 : low.value),
    place: address,
    move(targetBy, placeBy) {
      const target = this.target + targetBy;
      const distance = Math.floor(target / PAGE) - Math.floor((address + placeBy) / PAGE);
      const split = ((distance & 3) << 29) | ((distance & 0x1ffffc) << 3);
      bytes.writeUInt32LE(((word & 0x9f00001f) | split) >>> 0, at);
      low?.write(((target % PAGE) + PAGE) % PAGE);
    },
  });
}

interface LowPart {
  readonly value: number;
  write(value: number): void;
}

/** The instruction that adds the low 12 bits to the register of a page. */
function lowPart({ bytes, at, last }: PagePlace, register: number): LowPart | undefined {
  for (let i = at + 4; i <= Math.min(at + PAIR_REACH * 4, last); i += 4) {
    const word = bytes.readUInt32LE(i);
    if (((word >>> 5) & 31) !== register) continue;
    const scale = scaleOf(word);
    if (scale === undefined) return undefined;
    return {
      value: ((word >>> 10) & 0xfff) << scale,
      write(value) {
        if (value % (1 << scale) !== 0) return;
        bytes.writeUInt32LE(((word & 0xffc003ff) | ((value >> scale) << 10)) >>> 0, i);
      },
    };
  }
  return undefined;
}

/** By how many bits the offset of an ADD, load or store is shifted; absent for what is none. */
function scaleOf(word: number): number | undefined {
  if ((word & 0xffc00000) >>> 0 === 0x91000000) return 0;
  if ((word & 0x3b000000) >>> 0 !== 0x39000000) return undefined;
  const isVector = (word & 0x04000000) !== 0;
  const isQuad = isVector && (word & 0x00800000) !== 0 && word >>> 30 === 0;
  return isQuad ? 4 : word >>> 30;
}
