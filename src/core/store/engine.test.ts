import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { digestOf } from '../bytes/index.ts';
import { connectDocker, type Docker, removeImage } from '../docker/index.ts';
import { isSampanError } from '../errors/index.ts';
import { memoryStore } from './memory.ts';
import { openSource } from './open.ts';
import type { StoreContext } from './opened.ts';
import { openTarget } from './target.ts';
import { fail, putImage, streamOf, tarOf, testContext } from './testing/index.ts';

const A = tarOf([
  { path: 'etc/', type: 'directory', mode: 0o755 },
  { path: 'etc/a', content: 'A' },
]);
const B = tarOf([{ path: 'b', content: `B ${process.pid}`, uid: 1000, mode: 0o4755 }]);
const NAME = `sampan-test/store:${process.pid}`;

async function engine(t: TestContext): Promise<Docker | undefined> {
  try {
    return await connectDocker({ host: process.env.DOCKER_HOST });
  } catch (error) {
    t.skip(`no engine: ${error}`);
    return undefined;
  }
}

async function reading(name: string, context: StoreContext): Promise<readonly string[]> {
  await using image = await openSource(name, context);
  const layers = await image.localLayers();
  for (const layer of layers) await layer.verify();
  return layers.flatMap(layer => layer.entries.map(entry => entry.path));
}

test('an image that is loaded into the engine has the same ID, and is read back both ways', async t => {
  const docker = await engine(t);
  if (docker === undefined) return;
  const context = await testContext(t, { docker: async () => docker });
  t.after(async () => await removeImage(docker, NAME, { force: true }));
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, B], compression: 'gzip' });
  const written = await openTarget(`docker-daemon:${NAME}`, context).write(memory, root);
  await using loaded = await openSource(NAME, context);
  assert.equal(written.imageId, digestOf(await loaded.image.rawConfig()));
  const wanted = ['etc/', 'etc/a', 'b'];
  assert.deepEqual(await reading(`docker-daemon:${NAME}`, context), wanted);
  // Podman's data is not read where it is: the engine saves the image.
  const saving = { ...context, docker: async () => ({ ...docker, kind: 'podman' as const }) };
  assert.deepEqual(await reading(`docker-daemon:${NAME}`, saving), wanted);
  assert.deepEqual(readdirSync(context.workDirectory), []);
});

test('an image that the engine does not have is not found, with what to do', async t => {
  const docker = await engine(t);
  if (docker === undefined) return;
  const context = await testContext(t, { docker: async () => docker });
  const name = 'sampan-test/nowhere:1';
  await assert.rejects(openSource(`docker-daemon:${name}`, context), fail('not-found', name));
});

test('an archive that the engine refuses is an error with its words', async t => {
  const docker = await engine(t);
  if (docker === undefined) return;
  const context = await testContext(t, { docker: async () => docker });
  const memory = memoryStore();
  const wrong = await memory.put(streamOf('not a tar'.repeat(99)), {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
  });
  const config = { rootfs: { type: 'layers', diff_ids: [wrong.digest] } };
  const root = await putImage(memory, { layers: [], config, manifest: { layers: [wrong] } });
  const name = `sampan-test/broken:${process.pid}`;
  await assert.rejects(openTarget(`docker-daemon:${name}`, context).write(memory, root), error => {
    return isSampanError(error) && error.message.includes(name) && error.message.includes('engine refused');
  });
});

function tool(t: TestContext, args: readonly string[]): SpawnSyncReturns<string> | undefined {
  const [program = '', ...rest] = args;
  if (spawnSync(program, ['--version']).error !== undefined) {
    t.skip(`${program} is not installed`);
    return undefined;
  }
  const ended = spawnSync(program, rest, { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stderr);
  return ended;
}

test('skopeo takes what is written, and what it writes is read', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, B] });
  for (const kind of ['docker-archive', 'oci-archive', 'oci']) {
    const written = await openTarget(`${kind}:${context.at}/${kind}`, context).write(memory, root, {
      reference: 'team/app:3',
    });
    for (const to of ['docker-archive', 'oci-archive', 'oci']) {
      const copied = `${to}:${context.at}/${kind}-${to}:team/app:3`;
      if (tool(t, ['skopeo', 'copy', '-q', `${kind}:${context.at}/${kind}`, copied]) === undefined) return;
      assert.deepEqual(await reading(copied, context), ['etc/', 'etc/a', 'b']);
    }
    assert.ok(written.imageId);
  }
});

test('umoci unpacks what is written', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, B] });
  await openTarget(`oci:${context.at}/lay:v1`, context).write(memory, root);
  const bundle = `${context.at}/bundle`;
  const unpacked = tool(t, ['umoci', 'unpack', '--rootless', '--image', `${context.at}/lay:v1`, bundle]);
  if (unpacked === undefined) return;
  assert.deepEqual(readdirSync(`${bundle}/rootfs`).sort(), ['b', 'etc']);
});
