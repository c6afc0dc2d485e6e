import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type Digest, digestOf, readContent, readStream } from '../bytes/index.ts';
import { type Descriptor, MEDIA } from '../oci/index.ts';
import { isLocalSource } from './image.ts';
import type { BlobSource, BlobStore } from './port.ts';
import { fail, streamOf } from './testing/index.ts';

const MANY = 1 << 26;

/** A source under test, and what it has. */
export interface SourceUnderTest {
  readonly source: BlobSource;
  readonly blobs: ReadonlyMap<Descriptor, Buffer>;
}

/** What every source keeps to. */
export function checkBlobSource(name: string, make: (t: TestContext) => Promise<SourceUnderTest>): void {
  test(`${name}: every blob opens again and again, whole, also at the same time`, async t => {
    const { source, blobs } = await make(t);
    assert.ok(blobs.size > 0);
    for (const [blob, bytes] of blobs) {
      assert.ok(await source.has(blob.digest));
      const read = async (): Promise<Buffer> => await readStream(source.open(blob), 'blob', MANY);
      for (const got of await Promise.all([read(), read()])) assert.deepEqual(got, bytes);
      assert.deepEqual(await read(), bytes);
    }
  });

  test(`${name}: a blob that is not there is not found`, async t => {
    const { source } = await make(t);
    const digest = digestOf('never stored');
    assert.equal(await source.has(digest), false);
    const absent = { mediaType: MEDIA.layer, digest, size: 12 };
    await assert.rejects(readStream(source.open(absent), 'blob', MANY), fail('not-found', digest));
  });

  test(`${name}: a size that is not the blob's is an integrity error`, async t => {
    const { source, blobs } = await make(t);
    for (const [blob] of blobs) {
      for (const size of [blob.size + 1, blob.size - 1]) {
        await assert.rejects(readStream(source.open({ ...blob, size }), 'blob', MANY), fail('integrity'));
      }
    }
  });

  test(`${name}: content at hand, if it has any, is the blob`, async t => {
    const { source, blobs } = await make(t);
    if (!isLocalSource(source)) return;
    for (const [blob, bytes] of blobs) {
      const content = await source.contentOf(blob);
      if (content !== undefined) assert.deepEqual(readContent(content), bytes);
    }
  });
}

/** What every store keeps to besides. `leftovers` counts what is stored under other names than digests. */
export function checkBlobStore(
  name: string,
  make: (t: TestContext) => Promise<{ readonly store: BlobStore; readonly leftovers: () => number }>,
): void {
  checkBlobSource(name, async t => {
    const { store } = await make(t);
    const all = [Buffer.from('some bytes'), Buffer.alloc(3 << 20, 'large '), Buffer.from('x')];
    const blobs = new Map<Descriptor, Buffer>();
    for (const each of all) blobs.set(await store.put(streamOf(each), { mediaType: MEDIA.layer }), each);
    return { source: store, blobs };
  });

  test(`${name}: put tells digest and size, keeps what was said, and may be done again`, async t => {
    const { store } = await make(t);
    const expected = { mediaType: MEDIA.config, annotations: { a: 'b' } };
    const wanted = { ...expected, digest: digestOf('hello'), size: 5 };
    assert.deepEqual(await store.put(streamOf('he', 'llo'), expected), wanted);
    assert.deepEqual(await store.put(streamOf('hello'), wanted), wanted);
    assert.deepEqual(await Array.fromAsync(store.list()), [wanted.digest]);
  });

  test(`${name}: the same blob put many times at once is stored once`, async t => {
    const { store, leftovers } = await make(t);
    const puts = Array.from(
      { length: 8 },
      async () => await store.put(streamOf('same'), { mediaType: 'x/y' }),
    );
    await Promise.all(puts);
    assert.deepEqual(await Array.fromAsync(store.list()), [digestOf('same')]);
    assert.equal(leftovers(), 0);
  });

  const promises: readonly (readonly [what: string, digest: Digest | undefined, size: number | undefined])[] =
    [
      ['a wrong digest', digestOf('other'), undefined],
      ['too few bytes', undefined, 6],
      ['too many bytes', undefined, 4],
    ];
  for (const [what, digest, size] of promises) {
    test(`${name}: ${what} is an integrity error and leaves nothing`, async t => {
      const { store, leftovers } = await make(t);
      const expected = {
        mediaType: MEDIA.layer,
        ...(digest === undefined ? {} : { digest }),
        ...(size === undefined ? {} : { size }),
      };
      await assert.rejects(store.put(streamOf('hello'), expected), fail('integrity'));
      assert.deepEqual(await Array.fromAsync(store.list()), []);
      assert.equal(leftovers(), 0);
    });
  }

  test(`${name}: a put that is stopped, or whose stream fails, leaves nothing`, async t => {
    const { store, leftovers } = await make(t);
    const abort = new AbortController();
    const stopping = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('he');
      abort.abort();
      yield Buffer.from('llo');
    };
    const expected = { mediaType: MEDIA.layer };
    await assert.rejects(store.put(stopping(), expected, { signal: abort.signal }), fail('cancelled'));
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('he');
      throw new Error('the line dropped');
    };
    await assert.rejects(store.put(failing(), expected), /the line dropped/);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
    assert.equal(leftovers(), 0);
  });

  test(`${name}: what is deleted is gone, and deleting it again is no error`, async t => {
    const { store } = await make(t);
    const { digest } = await store.put(streamOf('hello'), { mediaType: MEDIA.layer });
    await store.delete(digest);
    await store.delete(digest);
    assert.equal(await store.has(digest), false);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
  });
}
