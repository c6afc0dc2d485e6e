import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { fail, scratch, streamOf, tarOf } from '../../core/store/testing/index.ts';
import { inspectImage, NO_CACHE, rememberedInspection, scanCache } from './index.ts';
import { historyOf, inspectTestImage, openTestImage } from './testing/index.ts';

const file = (path: string, bytes: number) => ({ path, content: Buffer.alloc(bytes, path) });

test('figures of layers and of the image add up', async t => {
  const { inspection } = await inspectTestImage(t, {
    layers: [
      [file('a', 1000), file('b', 500)],
      [file('a', 700), { path: '.wh.b' }, file('c', 10)],
    ],
    config: historyOf('/bin/sh -c #(nop) ADD file:1 in / ', 'RUN /bin/sh -c make it # buildkit'),
  });
  deepEqual(
    inspection.layers.map(({ instruction, fileBytes, added, changed, removed, hiddenBytes }) => [
      instruction,
      fileBytes,
      added,
      changed,
      removed,
      hiddenBytes,
    ]),
    [
      ['ADD … /', 1500, 2, 0, 0, 1500],
      ['RUN make it', 710, 1, 1, 1, 0],
    ],
  );
  const { totals } = inspection;
  equal(totals.sizeBytes, 2210);
  equal(totals.visibleBytes, 710);
  equal(totals.hiddenBytes, 1500);
  equal(totals.userBytes, 710);
  equal(totals.efficiency, (700 + 0 + 10) / (1700 + 500 + 10));
  equal(totals.wastedBytes, 2200);
  equal(totals.compressionRatio, 1);
});

test('an empty image, and one of a single file, have figures too', async t => {
  const { inspection: empty } = await inspectTestImage(t, { layers: [] });
  deepEqual(empty.layers, []);
  equal(empty.totals.efficiency, 1);
  equal(empty.totals.sizeBytes, 0);
  const { inspection: hollow } = await inspectTestImage(t, { layers: [[]] });
  equal(hollow.totals.files, 0);
  const { inspection: single } = await inspectTestImage(t, { layers: [[file('app', 12)]] });
  equal(single.totals.sizeBytes, 12);
  deepEqual(single.findings, []);
});

for (const compression of ['gzip', 'zstd'] as const) {
  test(`layers that are compressed with ${compression} have the same figures`, async t => {
    const layers = [
      [
        file('usr/bin/app', 300_000),
        { path: 'etc/os-release', content: 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n' },
      ],
      [file('data/one', 90_000), { path: 'data/two', content: Buffer.alloc(90_000, 'data/one') }],
    ];
    const plain = await inspectTestImage(t, { layers });
    const { inspection } = await inspectTestImage(t, { layers, compression });
    const { storedBytes, compressionRatio, ...rest } = inspection.totals;
    const { storedBytes: plainStored, compressionRatio: _, ...plainRest } = plain.inspection.totals;
    deepEqual(rest, plainRest);
    ok(storedBytes < plainStored && compressionRatio < 0.1);
    equal(inspection.base.name, 'Alpine Linux v3.20');
    match(inspection.notes.join(), /compressed/);
    const [same] = inspection.findings;
    deepEqual([same?.id, same?.bytes], plain.inspection.findings.map(each => [each.id, each.bytes])[0]);
  });
}

test('a layer of an unknown type is shown, and the others are read', async t => {
  const tar = tarOf([file('app', 10)]);
  const strange = {
    mediaType: 'application/vnd.example.model.v1+json',
    digest: digestOf('model'),
    size: 5,
  };
  const known = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: digestOf(tar),
    size: tar.length,
  };
  const { inspection } = await inspectTestImage(t, {
    layers: [[file('app', 10)]],
    manifest: { layers: [known, strange] },
  });
  match(inspection.layers[1]?.unread ?? '', /not a file system layer but application\/vnd\.example\.model/);
  equal(inspection.layers[0]?.fileBytes, 10);
  equal(inspection.totals.visibleBytes, 10);
  match(inspection.notes.join(), /layer 2 was not read/);
});

test('layers keep their numbers in findings where others were not read', async t => {
  const tars = [tarOf([file('old', 9000)]), tarOf([{ path: '.wh.old' }])];
  const strange = { mediaType: 'application/vnd.example.model.v1+json', digest: digestOf('model'), size: 5 };
  const known = tars.map(tar => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: digestOf(tar),
    size: tar.length,
  }));
  const { inspection } = await inspectTestImage(t, {
    layers: [[file('old', 9000)], [{ path: '.wh.old' }]],
    manifest: { layers: [strange, ...known] },
    config: {
      ...historyOf('ADD model', 'COPY old /', 'RUN rm /old'),
      rootfs: { type: 'layers', diff_ids: [digestOf('model'), ...tars.map(tar => digestOf(tar))] },
    },
  });
  const deleted = inspection.findings.find(each => each.id === 'deleted-later');
  equal(deleted?.title, 'Deleted in layer 3, still carried by layer 2');
  deepEqual(
    deleted?.causes.map(({ layer, instruction }) => [layer, instruction]),
    [
      [1, 'COPY old /'],
      [2, 'RUN rm /old'],
    ],
  );
});

test('a foreign layer is shown with where it is', async t => {
  const foreign = {
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    digest: digestOf('elsewhere'),
    size: 5,
    urls: ['https://example.com/layer'],
  };
  const { inspection } = await inspectTestImage(t, {
    layers: [],
    manifest: { layers: [foreign] },
    config: { rootfs: { type: 'layers', diff_ids: [digestOf('plain')] } },
  });
  match(inspection.layers[0]?.unread ?? '', /foreign layer.*example\.com\/layer/);
});

test('a layer that is missing, and one that is not what its name says, are told', async t => {
  const gone = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf('gone'),
    size: 5,
  };
  const image = {
    layers: [],
    manifest: { layers: [gone] },
    config: { rootfs: { type: 'layers', diff_ids: [digestOf('x')] } },
  };
  await rejects(inspectTestImage(t, image), fail('not-found', 'is not with the image'));
  const broken = await openTestImage(t, { layers: [[file('a', 5000)]], compression: 'gzip' });
  const source = {
    ...broken.source,
    contentOf: async () => undefined,
    open: () => streamOf('nonsense'.repeat(99)),
  };
  const [layer] = (await broken.image.manifest()).layers;
  await rejects(
    inspectImage({ ...broken, source }, { cache: NO_CACHE }),
    fail('invalid', layer?.digest ?? ''),
  );
});

test('an image for Windows is refused plainly', async t => {
  const image = { layers: [[file('a', 1)]], config: { os: 'windows' } };
  await rejects(inspectTestImage(t, image), fail('unsupported', 'windows', 'only linux'));
});

test('a second look is the same, and nothing broken is believed', async t => {
  const directory = join(scratch(t), 'scans');
  const cache = scanCache(directory);
  const image = await openTestImage(t, { layers: [[file('app', 5000)], [file('app', 6000)]] });
  equal(await rememberedInspection(image, cache), undefined);
  using first = await inspectImage(image, { cache });
  deepEqual(await rememberedInspection(image, cache), JSON.parse(JSON.stringify(first.inspection)));
  using second = await inspectImage(image, { cache });
  deepEqual(second.inspection, first.inspection);
  for (const name of readdirSync(directory)) {
    const bytes = readFileSync(join(directory, name));
    bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
    writeFileSync(join(directory, name), bytes);
  }
  equal(await rememberedInspection(image, cache), undefined);
  using third = await inspectImage(image, { cache });
  deepEqual(third.inspection, first.inspection);
});

test('nothing remembered is a problem where it cannot be written', async t => {
  const path = join(scratch(t), 'file');
  writeFileSync(path, '');
  const image = await openTestImage(t, { layers: [[file('app', 10)]] });
  using inspected = await inspectImage(image, { cache: scanCache(path) });
  equal(inspected.inspection.totals.sizeBytes, 10);
});
