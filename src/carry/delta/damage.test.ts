import { ok, rejects } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { importPlain } from '../../core/store/index.ts';
import { fail, putImage, tarOf, testContext } from '../../core/store/testing/index.ts';
import { ByteWriter } from './bytes/index.ts';
import {
  type DeltaHeader,
  decodeStart,
  encodeBlock,
  encodeStart,
  firstPosition,
  type Operation,
  packSmall,
  writeDictionary,
  writeOperation,
} from './format/index.ts';
import { openDelta } from './index.ts';
import { deltaOf, randomFrom } from './testing/index.ts';

const LINES = Array.from({ length: 3000 }, (_, i) => `line ${(i * 7919) % 3001}\n`);
const OLD = { layers: [tarOf([{ path: 'etc/app', content: LINES.join('') }])] };
const NEW = {
  layers: [
    tarOf([
      { path: 'etc/app', content: LINES.toReversed().join('') },
      { path: 'b', content: 'b' },
    ]),
  ],
};

async function made(t: TestContext) {
  const report = await deltaOf(await testContext(t), { old: OLD, new: NEW });
  const there = await testContext(t);
  await putImage(there.store.blobs, OLD);
  const before = (await Array.fromAsync(there.store.blobs.list())).length;
  const path = join(there.at, 'damaged.delta');
  const load = async (bytes: Uint8Array): Promise<void> => {
    writeFileSync(path, bytes);
    await using delta = await openDelta(path, there);
    await importPlain(delta.source, there.store.blobs, delta.images[0]!.root);
  };
  const stored = async (): Promise<number> =>
    (await Array.fromAsync(there.store.blobs.list())).length - before;
  return { bytes: readFileSync(report.path), load, stored };
}

/** What a damaged file may end in: never a bug, never success. */
const EXPECTED = ['invalid', 'integrity', 'unsupported', 'limit'];

test('a delta that was cut anywhere is refused, and nothing is stored', async t => {
  const { bytes, load, stored } = await made(t);
  for (let size = 0; size < bytes.length; size += size < 700 ? 13 : 211) {
    await rejects(
      load(bytes.subarray(0, size)),
      error => isSampanError(error) && EXPECTED.includes(error.code),
      `${size}`,
    );
  }
  ok((await stored()) === 0);
});

test('a delta with one bit turned anywhere is refused, and nothing is stored', async t => {
  const { bytes, load, stored } = await made(t);
  for (let at = 0; at < bytes.length; at += at < 64 ? 1 : 37) {
    const damaged = Buffer.from(bytes);
    damaged[at] = damaged[at]! ^ (1 << (at % 8));
    await rejects(
      load(damaged),
      error => isSampanError(error) && EXPECTED.includes(error.code),
      `byte ${at}`,
    );
  }
  ok((await stored()) === 0);
});

test('a delta with something behind it is refused', async t => {
  const { bytes, load } = await made(t);
  await rejects(
    load(Buffer.concat([bytes, Buffer.from('x')])),
    fail('invalid', 'followed by something else'),
  );
});

test('a newer version asks for an update', async t => {
  const { bytes, load } = await made(t);
  const newer = Buffer.from(bytes);
  newer.write('2', 'sampan-delta/'.length);
  await rejects(
    load(newer),
    error => isSampanError(error, 'unsupported') && error.remedy === 'update sampan on this machine',
  );
});

/** A delta with right digests whose recipe was written by an enemy. */
function forged(
  bytes: Buffer,
  recipe: Uint8Array,
  change: (header: DeltaHeader) => DeltaHeader = same,
): Buffer {
  const { header } = decodeStart((at, size) => bytes.subarray(at, at + size));
  const layers = header.new.layers.map(layer => ({
    ...layer,
    recipe: { stored: recipe.length, digest: digestOf(recipe) },
  }));
  return Buffer.concat([encodeStart(change({ ...header, new: { ...header.new, layers } })), recipe]);
}

function same(header: DeltaHeader): DeltaHeader {
  return header;
}

function blockOf(operations: readonly Operation[], literals: Buffer = Buffer.alloc(0)): Buffer {
  const writer = new ByteWriter();
  const position = firstPosition();
  writeDictionary(writer, { history: 0, parts: [] }, position);
  for (const operation of operations) writeOperation(writer, operation, position);
  return Buffer.concat(
    encodeBlock({ operations: packSmall(writer.finish()), literals: packSmall(literals) }),
  );
}

test('a recipe never makes more than it promised, nor less', async t => {
  const { bytes, load, stored } = await made(t);
  const large = blockOf(Array.from({ length: 9000 }, () => ({ kind: 'zeros', size: 2 ** 40 })));
  await rejects(load(forged(bytes, large)), fail('invalid', 'more than'));
  await rejects(
    load(forged(bytes, blockOf([{ kind: 'zeros', size: 512 }]))),
    fail('invalid', 'were promised'),
  );
  ok((await stored()) === 0);
});

test('a recipe cannot read beside the old image', async t => {
  const { bytes, load } = await made(t);
  for (const at of [-1, 2 ** 50, OLD.layers[0]!.length - 10]) {
    await rejects(
      load(forged(bytes, blockOf([{ kind: 'copy', at, size: 512 }]))),
      fail('integrity', 'were wanted'),
    );
  }
});

test('what is packed never becomes more than the limits, whatever it promises', async t => {
  const { bytes, load } = await made(t);
  const bomb = Buffer.from(blockOf([{ kind: 'literal', size: 2 << 20 }], Buffer.alloc(2 << 20)));
  bomb.writeUInt32LE(2 ** 31, 12);
  await rejects(load(forged(bytes, bomb)), fail('invalid', 'at most'));
  const lying = Buffer.from(blockOf([{ kind: 'literal', size: 10 }], Buffer.alloc(2 << 20)));
  lying.writeUInt32LE(1000, 12);
  await rejects(load(forged(bytes, lying)), fail('invalid'));
});

test('documents that do not belong to the layers are refused', async t => {
  const { bytes, load } = await made(t);
  const recipe = blockOf([{ kind: 'zeros', size: 512 }]);
  const other = (header: DeltaHeader): DeltaHeader => ({
    ...header,
    new: { ...header.new, config: `${header.new.config} ` },
  });
  await rejects(load(forged(bytes, recipe, other)), fail('invalid', 'not the one that its manifest names'));
  const fewer = (header: DeltaHeader): DeltaHeader => ({ ...header, new: { ...header.new, layers: [] } });
  await rejects(load(forged(bytes, Buffer.alloc(0), fewer)), fail('invalid'));
});

test('random recipes end in an error, and soon', async t => {
  const { bytes, load } = await made(t);
  const random = randomFrom(99);
  for (let i = 0; i < 60; i += 1) {
    const recipe = Buffer.from(Array.from({ length: 60 }, () => Math.floor(random() * 256)));
    // Sizes that fit, so that what is behind them is reached.
    recipe.writeUInt32LE(42, 0);
    recipe.writeUInt32LE(42, 4);
    recipe.fill(0, 8, 18);
    await rejects(
      load(forged(bytes, recipe)),
      error => isSampanError(error) && EXPECTED.includes(error.code),
    );
  }
});
