import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isSampanError } from '../errors/index.ts';
import { deflate, detectCompression, inflate } from './compression.ts';
import { readStream } from './stream.ts';

const PLAIN = Buffer.from('all work and no play '.repeat(5000));
const MANY = 1 << 30;

async function* chunks(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += Math.max(size, 1)) yield bytes.subarray(at, at + size);
}

async function inflated(bytes: Uint8Array, size?: number): Promise<Buffer> {
  return await readStream(inflate(chunks(bytes, size)), 'test', MANY);
}

/** A skippable frame, RFC 8878 section 3.1.2. */
function skippable(size: number): Buffer {
  const frame = Buffer.alloc(8 + size, 0xee);
  frame.writeUInt32LE(0x184d2a57, 0);
  frame.writeUInt32LE(size, 4);
  return frame;
}

for (const [name, packed] of [
  ['plain bytes', PLAIN],
  ['gzip', gzipSync(PLAIN)],
  ['zstd', zstdCompressSync(PLAIN)],
  ['no bytes at all', Buffer.alloc(0)],
  ['gzip of nothing', gzipSync('')],
] as const) {
  test(`inflating ${name} gives the same bytes, however the chunks are cut`, async () => {
    const wanted = await inflated(packed);
    assert.equal(wanted.length, name.includes('no') ? 0 : PLAIN.length);
    for (const size of [1, 3, 7, 1000]) assert.deepEqual(await inflated(packed, size), wanted);
  });
}

test('several gzip members are one stream', async () => {
  const both = Buffer.concat([gzipSync('one '), gzipSync('two')]);
  assert.equal((await inflated(both)).toString(), 'one two');
});

test('several zstd frames, with skippable ones around, are one stream at every cut', async () => {
  const [a, b] = [zstdCompressSync(PLAIN), zstdCompressSync('end')];
  const all = Buffer.concat([skippable(5), a, skippable(0), b, zstdCompressSync(''), skippable(300)]);
  for (const size of [1, 2, 5, 11, all.length]) {
    assert.equal((await inflated(all, size)).toString(), `${PLAIN}end`);
  }
});

test('a truncated stream is invalid at every length', async () => {
  for (const packed of [gzipSync('some words here'), zstdCompressSync('some words here')]) {
    for (let length = 6; length < packed.length; length += 1) {
      await assert.rejects(inflated(packed.subarray(0, length)), error => isSampanError(error, 'invalid'));
    }
  }
});

test('what follows the last frame and is none is invalid', async () => {
  for (const packed of [gzipSync('x'), zstdCompressSync('x')]) {
    const junk = Buffer.concat([packed, Buffer.from('junk!')]);
    await assert.rejects(inflated(junk), error => isSampanError(error, 'invalid'));
  }
});

test('a flipped byte never passes as other content', async () => {
  const packed = gzipSync('some words that matter');
  for (let at = 10; at < packed.length; at += 1) {
    const broken = Buffer.from(packed);
    broken[at] = (broken[at] ?? 0) ^ 0x40;
    // The last bits before the checksum mean nothing: flipping one of them may change nothing.
    const got = await inflated(broken).catch(error => isSampanError(error, 'invalid') && undefined);
    assert.ok(got === undefined || got.toString() === 'some words that matter');
  }
});

test('other compressions are unsupported, and named', () => {
  const heads = {
    xz: 'fd377a585a00',
    bzip2: '425a6839',
    lz4: '04224d18',
    lzip: '4c5a4950',
    compress: '1f9d90',
  };
  for (const [name, hex] of Object.entries(heads)) {
    assert.throws(
      () => detectCompression(Buffer.from(hex, 'hex')),
      error => isSampanError(error, 'unsupported') && error.message.includes(name),
    );
  }
});

test('inflating stops at the limit of bytes, long before the end of a bomb', async () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  let seen = 0;
  await assert.rejects(
    async () => {
      for await (const chunk of inflate(chunks(bomb), { maxBytes: 1 << 20 })) seen += chunk.length;
    },
    error => isSampanError(error, 'limit'),
  );
  assert.ok(seen <= 1 << 20);
});

test('inflating stops at the limit of the ratio', async () => {
  const member = zstdCompressSync(Buffer.alloc(128 << 20));
  const bomb = Buffer.concat(Array.from({ length: 10 }, () => member));
  await assert.rejects(
    async () => {
      for await (const _ of inflate(chunks(bomb, 4096)));
    },
    error => isSampanError(error, 'limit') && error.message.includes('times'),
  );
});

test('deflating and inflating again gives the same bytes, and twice the same', async () => {
  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    const pack = async (): Promise<Buffer> =>
      await readStream(deflate(chunks(PLAIN, 999), compression), 'test', MANY);
    assert.deepEqual(await inflated(await pack()), PLAIN);
    assert.deepEqual(await pack(), await pack());
  }
});

test('an error of the stream that is inflated comes through as it is', async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield gzipSync(PLAIN).subarray(0, 50);
    throw new RangeError('the disk fell out');
  };
  await assert.rejects(readStream(inflate(failing()), 'test', MANY), /the disk fell out/);
});

test('leaving the loop early ends the stream that is inflated', async () => {
  let ended = false;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield gzipSync(PLAIN);
    } finally {
      ended = true;
    }
  };
  for await (const _ of inflate(endless())) break;
  assert.ok(ended);
});
