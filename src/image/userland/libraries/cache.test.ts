import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CacheEntry, parseLoaderCache } from './index.ts';

interface Line {
  readonly name: string;
  readonly path: string;
  readonly hwcap?: number;
}

/** A cache of the new format. */
function newCache(lines: readonly Line[], order: 'little' | 'big' = 'little'): Buffer {
  const head = Buffer.alloc(48 + lines.length * 24);
  const u32 = (value: number, at: number): void => {
    order === 'little' ? head.writeUInt32LE(value, at) : head.writeUInt32BE(value, at);
  };
  head.write('glibc-ld.so.cache1.1', 'latin1');
  u32(lines.length, 20);
  let strings = '';
  lines.forEach(({ name, path, hwcap }, i) => {
    u32(0x0303, 48 + i * 24);
    u32(head.length + strings.length, 48 + i * 24 + 4);
    u32(head.length + strings.length + name.length + 1, 48 + i * 24 + 8);
    u32(hwcap ?? 0, 48 + i * 24 + (order === 'little' ? 20 : 16));
    strings += `${name}\0${path}\0`;
  });
  return Buffer.concat([head, Buffer.from(strings)]);
}

/** A cache of the old format, with another behind it when given. */
function oldCache(lines: readonly Line[], behind?: Buffer): Buffer {
  const head = Buffer.alloc(16 + lines.length * 12);
  head.write('ld.so-1.7.0\0', 'latin1');
  head.writeUInt32LE(lines.length, 12);
  let strings = '';
  lines.forEach(({ name, path }, i) => {
    head.writeUInt32LE(3, 16 + i * 12);
    head.writeUInt32LE(strings.length, 16 + i * 12 + 4);
    head.writeUInt32LE(strings.length + name.length + 1, 16 + i * 12 + 8);
    strings += `${name}\0${path}\0`;
  });
  const padding = Buffer.alloc((8 - (head.length % 8)) % 8);
  return behind === undefined
    ? Buffer.concat([head, Buffer.from(strings)])
    : Buffer.concat([head, padding, behind]);
}

const LINES: readonly Line[] = [
  { name: 'libz.so.1', path: '/lib/glibc-hwcaps/x86-64-v3/libz.so.1', hwcap: 0x4000_0000 },
  { name: 'libz.so.1', path: '/lib/libz.so.1' },
];

const WANTED: readonly CacheEntry[] = [
  { name: 'libz.so.1', path: '/lib/glibc-hwcaps/x86-64-v3/libz.so.1', conditional: true },
  { name: 'libz.so.1', path: '/lib/libz.so.1', conditional: false },
];

describe('parseLoaderCache', () => {
  test('reads the new format in either byte order', () => {
    assert.deepEqual(parseLoaderCache(newCache(LINES)), WANTED);
    assert.deepEqual(parseLoaderCache(newCache(LINES, 'big')), WANTED);
  });

  test('reads the old format', () => {
    assert.deepEqual(parseLoaderCache(oldCache(LINES.slice(1))), WANTED.slice(1));
  });

  test('reads the new one of two formats in a file', () => {
    for (const count of [1, 2]) {
      const old = Array.from({ length: count }, () => ({ name: 'liba.so', path: '/old/liba.so' }));
      assert.deepEqual(parseLoaderCache(oldCache(old, newCache(LINES))), WANTED);
    }
  });

  test('gives nothing for something else, and what is there of one that is cut off', () => {
    assert.deepEqual(parseLoaderCache(Buffer.from('hello')), []);
    const whole = newCache(LINES);
    for (let size = 0; size < whole.length; size++) {
      assert.ok(parseLoaderCache(whole.subarray(0, size)).length <= 2);
    }
  });

  test('does not believe a count that the file cannot hold', () => {
    const bytes = newCache(LINES);
    bytes.writeUInt32LE(0x7f7f7f7f, 20);
    assert.ok(parseLoaderCache(bytes).length <= 10);
  });
});
