import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type Digest,
  digestOf,
  encodeName,
  hexOf,
  readContent,
  readStream,
  systemPath,
} from '../bytes/index.ts';
import { checkBlobSource } from './conformance.ts';
import { graphOf } from './copy.ts';
import { imageFrom } from './image.ts';
import { localLayers } from './local.ts';
import { chainIds, type OverlayImage, openOverlayImage } from './overlay.ts';
import { fail, scratch, type TestEntry, tarOf, testContext } from './testing/index.ts';

const BASE: readonly TestEntry[] = [
  { path: 'etc/', type: 'directory', mode: 0o755 },
  { path: 'etc/hosts', content: 'localhost' },
  { path: 'etc/empty' },
  { path: 'etc/caf\udce9', content: 'not UTF-8' },
  { path: 'etc/link', type: 'symlink', linkPath: 'hosts' },
  { path: 'etc/hard', type: 'hardlink', linkPath: 'etc/hosts' },
  { path: `etc/${'long'.repeat(60)}`, content: 'x'.repeat(1000) },
];
const TOP: readonly TestEntry[] = [
  { path: 'etc/.wh.empty' },
  { path: 'app', content: Buffer.alloc(300_000, 'app ') },
];

/** Docker's record of a tar: what is not the content of a file, and where files are. */
function split(entries: readonly TestEntry[]): string {
  const records: object[] = [];
  for (const entry of entries) {
    const size = Buffer.from(entry.content ?? '').length;
    const whole = tarOf([entry]).subarray(0, -1024);
    const header = whole.length - Math.ceil(size / 512) * 512;
    records.push({ type: 2, payload: whole.toString('base64', 0, header), position: records.length });
    const isUtf8 = encodeName(entry.path).toString() === entry.path;
    const name = isUtf8 ? { name: entry.path } : { name_raw: encodeName(entry.path).toString('base64') };
    records.push({ type: 1, ...name, size, payload: null, position: records.length });
    records.push({ type: 2, payload: whole.toString('base64', header + size), position: records.length });
  }
  records.push({ type: 2, payload: Buffer.alloc(1024).toString('base64'), position: records.length });
  return `${records.map(record => JSON.stringify(record)).join('\n')}\n`;
}

interface FakeDocker {
  readonly root: string;
  readonly imageId: Digest;
  /** For each layer. */
  readonly records: readonly string[];
  readonly files: readonly string[];
}

/** A data directory as Docker's overlay2 driver lays it out. */
function fakeDocker(t: TestContext, layers: readonly (readonly TestEntry[])[] = [BASE, TOP]): FakeDocker {
  const root = scratch(t);
  const diffIds = layers.map(entries => digestOf(tarOf(entries)));
  const config = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds } };
  const imageId = digestOf(JSON.stringify(config));
  write(join(root, 'image/overlay2/imagedb/content/sha256', hexOf(imageId)), JSON.stringify(config));
  const records: string[] = [];
  const files: string[] = [];
  for (const [i, chain] of chainIds(diffIds).entries()) {
    const at = join(root, 'image/overlay2/layerdb/sha256', hexOf(chain));
    write(join(at, 'diff'), diffIds[i]!);
    write(join(at, 'cache-id'), `cache${i}`);
    records.push(join(at, 'tar-split.json.gz'));
    files.push(join(root, 'overlay2', `cache${i}`, 'diff'));
    write(records[i]!, gzipSync(split(layers[i]!)));
    for (const entry of layers[i]!) {
      if (entry.content !== undefined) write(`${files[i]}/${entry.path}`, entry.content);
    }
  }
  return { root, imageId, records, files };
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(systemPath(dirname(path)), { recursive: true });
  writeFileSync(systemPath(path), content);
}

async function opened(docker: FakeDocker): Promise<OverlayImage> {
  return await openOverlayImage(docker.root, docker.imageId);
}

test('layers are rebuilt byte by byte from the unpacked files, and verified', async t => {
  const image = await opened(fakeDocker(t));
  const layers = await imageFrom(image.source, image.root).layers();
  assert.deepEqual(await readStream(layers[0]!.tar(), 'tar', 1 << 20), tarOf(BASE));
  assert.deepEqual(await readStream(layers[1]!.tar(), 'tar', 1 << 20), tarOf(TOP));
  const { store } = await testContext(t);
  for (const layer of await localLayers(imageFrom(image.source, image.root), image.source, { store })) {
    await layer.verify();
  }
});

test('entries have the contents of their files', async t => {
  const image = await opened(fakeDocker(t));
  const layer = await image.source.localLayer(digestOf(tarOf(BASE)));
  const seen = layer!.entries.map(entry => [entry.path, readContent(layer!.content(entry)).toString()]);
  assert.deepEqual(
    seen,
    BASE.map(entry => [entry.path, String(entry.content ?? '')]),
  );
  assert.equal(await image.source.localLayer(digestOf('other')), undefined);
});

test('a file that was changed under Docker is found by verifying', async t => {
  const docker = fakeDocker(t);
  const image = await opened(docker);
  const layer = await image.source.localLayer(digestOf(tarOf(BASE)));
  write(`${docker.files[0]}/etc/hosts`, 'LOCALHOST');
  await assert.rejects(layer!.verify(), fail('integrity'));
  truncateSync(`${docker.files[0]}/etc/hosts`, 3);
  await assert.rejects(layer!.verify(), fail('integrity'));
});

test('a symlink in place of a directory is not followed', async t => {
  const docker = fakeDocker(t);
  rmSync(`${docker.files[0]}/etc`, { recursive: true });
  symlinkSync('/etc', `${docker.files[0]}/etc`);
  await assert.rejects(opened(docker), fail('unsupported', 'not a directory'));
});

test('a record that is missing, empty, cut, foreign or hostile is refused', async t => {
  const docker = fakeDocker(t, [BASE]);
  const [path = ''] = docker.records;
  const good = gzipSync(split(BASE));
  const name = JSON.stringify({ type: 1, name: '../../../etc/passwd', size: 5 });
  const bad = [
    gzipSync(''),
    good.subarray(0, good.length / 2),
    gzipSync('{"type":9}\n'),
    gzipSync('[]\n'),
    gzipSync(`${name}\n`),
    gzipSync('{"type":1,"name":"x","size":-1}\n'),
    gzipSync('{"type":1,"name":"x","size":1e300}\n'),
    gzipSync('{"type":1,"name":"x","size":5}\n'),
    gzipSync(split(BASE).slice(0, 3000)),
  ];
  for (const bytes of bad) {
    writeFileSync(path, bytes);
    await assert.rejects(opened(docker), `${bytes.length}`);
  }
  rmSync(path);
  await assert.rejects(opened(docker), fail('not-found'));
});

test('data of another image, another layer, or with a strange cache ID is refused', async t => {
  const docker = fakeDocker(t, [BASE]);
  await assert.rejects(openOverlayImage(docker.root, digestOf('other')), fail('not-found'));
  const [records = ''] = docker.records;
  writeFileSync(join(dirname(records), 'cache-id'), '../../..');
  await assert.rejects(opened(docker), fail('invalid', 'cache ID'));
  writeFileSync(join(dirname(records), 'diff'), digestOf('other'));
  await assert.rejects(opened(docker), fail('integrity'));
});

checkBlobSource('overlay2', async t => {
  const image = await opened(fakeDocker(t));
  const blobs = new Map();
  for (const blob of await graphOf(image.source, image.root)) {
    blobs.set(blob, await readStream(image.source.open(blob), 'blob', 1 << 20));
  }
  return { source: image.source, blobs };
});
