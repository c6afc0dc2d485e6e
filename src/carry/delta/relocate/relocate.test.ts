import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ByteReader, ByteWriter } from '../bytes/index.ts';
import {
  type RegionKind,
  type Relocation,
  readRelocation,
  relocate,
  shiftAt,
  writeRelocation,
} from './index.ts';

function model(kind: RegionKind, shifts: readonly (readonly [number, number])[], size = 64): Relocation {
  return {
    regions: [{ kind, start: 0, size, address: 0x1000 }],
    low: 0x1000,
    high: 0x9000_0000,
    at: Float64Array.from(shifts, ([at]) => at),
    by: Float64Array.from(shifts, ([, by]) => by),
  };
}

test('a relocation is read as it was written', () => {
  const written = model('x86-64', [
    [0x1000, 0],
    [0x2000, -16],
    [0x7000_0000, 4096],
  ]);
  const writer = new ByteWriter();
  writeRelocation(writer, written);
  deepEqual(readRelocation(new ByteReader(writer.finish())), written);
});

test('a shift counts from its address to the next', () => {
  const table = model('pointers', [
    [0x1000, 1],
    [0x2000, 2],
  ]);
  deepEqual(
    [0, 0x1000, 0x1fff, 0x2000, 0x8000].map(at => shiftAt(table, at)),
    [1, 1, 1, 2, 2],
  );
});

test('a call of x86-64 code goes where its target went', () => {
  const bytes = Buffer.alloc(64, 0x90);
  bytes[0] = 0xe8;
  bytes.writeInt32LE(0x3000 - 0x1005, 1);
  relocate(
    bytes,
    0,
    model('x86-64', [
      [0x1000, 0],
      [0x2000, 0x120],
    ]),
  );
  equal(bytes.readInt32LE(1), 0x3120 - 0x1005);
});

test('an address in a table goes where its target went', () => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x3000, 8);
  relocate(
    bytes,
    0,
    model(
      'pointers',
      [
        [0x1000, 0],
        [0x2000, -8],
      ],
      16,
    ),
  );
  deepEqual([bytes.readUInt32LE(0), bytes.readUInt32LE(8)], [0, 0x2ff8]);
});

test('a page of AArch64 code and the offset behind it go where their target went', () => {
  const bytes = Buffer.alloc(8);
  // adrp x0, +2 pages; add x0, x0, #0xff0
  bytes.writeUInt32LE(0xd0000000, 0);
  bytes.writeUInt32LE(0x913fc000, 4);
  relocate(
    bytes,
    0,
    model(
      'aarch64',
      [
        [0x1000, 0],
        [0x3000, 0x20],
      ],
      8,
    ),
  );
  // adrp x0, +3 pages; add x0, x0, #0x10
  deepEqual([bytes.readUInt32LE(0), bytes.readUInt32LE(4)], [0xf0000000, 0x91004000]);
});

test('a branch of AArch64 code goes where its target went', () => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(0x97ffffff, 0);
  relocate(bytes, 0, {
    ...model(
      'aarch64',
      [
        [0, -0x40],
        [0x1000, 0],
      ],
      4,
    ),
    low: 0,
  });
  equal(bytes.readUInt32LE(0), (0x94000000 | (-17 & 0x03ffffff)) >>> 0);
});

test('the bytes of any file are relocated without an error', () => {
  for (const kind of ['x86-64', 'aarch64', 'rela', 'symbols', 'pointers', 'relative', 'offsets'] as const) {
    for (const size of [0, 1, 3, 4, 7, 23, 24, 25, 300]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7919) & 0xff));
      relocate(bytes, 5, {
        ...model(
          kind,
          [
            [0, -(2 ** 40)],
            [0x4000, 2 ** 45],
          ],
          1000,
        ),
        low: 0,
        high: 2 ** 53,
      });
    }
  }
});
