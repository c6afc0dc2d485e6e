import type { Visit, Window } from './field.ts';
import type { Region } from './model.ts';

/**
 * Relative calls and jumps (E8, E9, 0F 80 to 0F 8F) and operands relative to the instruction pointer (ModRM
 * with mod 0 and r/m 5): Intel 64 manual, volume 2, 2.2.1.6. Instructions are not told apart from data;
 * that an immediate value may follow the displacement is passed over, as it moves the target by few bytes.
 */
export function eachX86(region: Region, window: Window, visit: Visit): void {
  const { bytes, from, start, end } = window;
  const toAddress = region.address - region.start + from;
  const reference = {
    at: 0,
    target: 0,
    place: 0,
    move(target: number, place: number): void {
      if (target === place) return;
      const at = this.at - from;
      bytes.writeInt32LE((bytes.readInt32LE(at) + target - place) | 0, at);
    },
  };
  const last = end - from - 4;
  for (let i = start - from; i < last; ) {
    const byte = bytes[i]!;
    const field = fieldAt(byte, bytes, i);
    if (field < 0 || field > last) {
      i += 1;
      continue;
    }
    reference.at = field + from;
    reference.place = field + 4 + toAddress;
    reference.target = reference.place + bytes.readInt32LE(field);
    i = visit(reference) ? field + 4 : i + 1;
  }
}

/** Where the distance is that an instruction at `i` may have; -1 for none. */
function fieldAt(byte: number, bytes: Buffer, i: number): number {
  if ((byte & 0xc7) === 0x05 || byte === 0xe8 || byte === 0xe9) return i + 1;
  return byte === 0x0f && (bytes[i + 1]! & 0xf0) === 0x80 ? i + 2 : -1;
}
