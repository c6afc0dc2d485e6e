import { equal, match, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDelta } from '../../src/carry/delta/index.ts';
import { deltaOf } from '../../src/carry/delta/testing/index.ts';
import { runWords } from '../../src/cli/app/index.ts';
import { fakeContext } from '../../src/cli/testing/index.ts';
import { digestOf } from '../../src/core/bytes/index.ts';
import {
  connectDocker,
  createContainer,
  type Docker,
  inspectImage,
  listImages,
  removeContainer,
  removeImage,
  startContainer,
  waitContainer,
} from '../../src/core/docker/index.ts';
import { hostArchitecture } from '../../src/core/engine/index.ts';
import { memoryStore, openTarget } from '../../src/core/store/index.ts';
import { putImage, tarOf, testContext } from '../../src/core/store/testing/index.ts';
import { TABLE } from './testing/table.ts';

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path));
const skip = BUSYBOX === undefined ? 'there is no static busybox' : false;
const ID = randomBytes(4).toString('hex');
const NAME = `sampan-test/delta-${ID}`;
const DATA = randomBytes(3_000_000);

/** Two images whose upper layer differs: one file says which it is, and a large one is nearly the same. */
function imageOf(side: 'old' | 'new') {
  const base = tarOf([
    { path: 'bin/', type: 'directory', mode: 0o755 },
    { path: 'bin/busybox', mode: 0o755, content: readFileSync(BUSYBOX ?? '') },
  ]);
  const app = tarOf([
    { path: 'app', content: `${side} ${ID}\n` },
    { path: 'data', content: Buffer.concat([DATA, Buffer.from(side)]) },
  ]);
  const config = { Cmd: ['/bin/busybox', 'grep', '-q', `new ${ID}`, '/app'] };
  return { layers: [base, app], config: { architecture: hostArchitecture(), config } };
}

/** An engine that has the old image, and the delta to the new one. */
async function device(t: TestContext) {
  const docker = await connectDocker({ host: process.env.DOCKER_HOST }).catch(error => {
    t.skip(`no engine: ${error}`);
  });
  if (docker === undefined) return undefined;
  t.after(async () => {
    for (const tag of ['1', '2']) await removeImage(docker, `${NAME}:${tag}`, { force: true });
  });
  const there = await testContext(t, { docker: async () => docker });
  const memory = memoryStore();
  const root = await putImage(memory, imageOf('old'));
  await openTarget(`docker-daemon:${NAME}:1`, there).write(memory, root);
  const here = await testContext(t);
  const { path, imageId } = await deltaOf(here, { old: imageOf('old'), new: imageOf('new') });
  return { docker, there, path, imageId };
}

async function exitStatus(docker: Docker, image: string): Promise<number> {
  const { id } = await createContainer(docker, { Image: image });
  try {
    await startContainer(docker, id);
    return await waitContainer(docker, id);
  } finally {
    await removeContainer(docker, id);
  }
}

test('a delta with a changed layer is loaded into the engine that has the old image, and runs', {
  skip,
}, async t => {
  const made = await device(t);
  if (made === undefined) return;
  const { docker, there, path, imageId } = made;
  equal(await exitStatus(docker, `${NAME}:1`), 1);
  const context = fakeContext({
    env: { XDG_DATA_HOME: there.at, DOCKER_HOST: `unix://${docker.socketPath}` },
    cwd: there.at,
    home: there.at,
  });
  await runWords(['load', path, '--into', `docker-daemon:${NAME}:2`], TABLE, context);
  equal((await inspectImage(docker, `${NAME}:2`)).id, imageId);
  equal(await exitStatus(docker, `${NAME}:2`), 0);
  equal(await exitStatus(docker, `${NAME}:1`), 1);
  equal((await listImages(docker, { label: 'dev.sampan.load' })).length, 0);
});

test('where the files of the engine cannot be read, it saves the layer that is needed, and no other', {
  skip,
}, async t => {
  const made = await device(t);
  if (made === undefined) return;
  const { docker, there, path } = made;
  const told: string[] = [];
  // Podman's data is not read where it is.
  const foreign = { ...docker, kind: 'podman' as const };
  const context = { ...there, docker: async () => foreign, tell: (text: string) => void told.push(text) };
  {
    await using delta = await openDelta(path, context);
    match(told.join(), /saves layers of the old image, 3\.00 MB/);
    const saved = readdirSync(there.workDirectory, { recursive: true, encoding: 'utf8' });
    const [base, app] = imageOf('old').layers.map(layer => digestOf(layer).slice('sha256:'.length));
    ok(saved.some(name => name.endsWith(app ?? '')));
    ok(!saved.some(name => name.endsWith(base ?? '') || name.includes('.part/1.part')));
    const layer = delta.header.new.layers[1]!;
    const rebuilt = delta.source.open({ mediaType: '', digest: layer.diffId, size: layer.size });
    const chunks = await Array.fromAsync(rebuilt);
    equal(digestOf(Buffer.concat(chunks)), layer.diffId);
  }
  equal(readdirSync(join(there.workDirectory)).length, 0);
});
