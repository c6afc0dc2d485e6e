import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  imagesTarget,
  lookAt,
  makeBundle,
  openBundle,
  planBundle,
  type Target,
} from '../../src/carry/bundle/index.ts';
import { engineImages, takeInventory } from '../../src/carry/inventory/index.ts';
import { type LoadPlan, loadBundle, planLoad } from '../../src/carry/load/index.ts';
import { digestOf } from '../../src/core/bytes/index.ts';
import {
  connectDocker,
  type Docker,
  engineInfo,
  inspectImage,
  listImages,
  removeImage,
} from '../../src/core/docker/index.ts';
import { SILENT } from '../../src/core/progress/index.ts';
import { memoryStore } from '../../src/core/store/index.ts';
import { fail, putImage, tarOf, testContext } from '../../src/core/store/testing/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-carry-engines-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const ID = randomBytes(4).toString('hex');
const NAMES = [`sampan-test/one-${ID}:1`, `sampan-test/two-${ID}:1`] as const;
const dir = (path: string) => ({ path, type: 'directory', mode: 0o755 }) as const;
const BASE = tarOf([dir('etc/'), { path: 'etc/base', content: randomBytes(200_000) }]);
const ONE = tarOf([{ path: 'etc/one', content: `one ${ID}` }]);
const TWO = tarOf([{ path: 'etc/two', content: `two ${ID}` }]);
const IDS: string[] = [];

/** A bundle of two images that share their lowest layer. */
async function bundleOf(
  name: string,
  how: {
    readonly compression?: 'gzip' | 'zstd';
    readonly whole?: 'gzip';
    readonly targets?: readonly Target[];
  } = {},
): Promise<string> {
  const path = join(directory, name);
  if (existsSync(path)) return path;
  const items = [];
  for (const [i, layers] of [
    [BASE, ONE],
    [BASE, TWO],
  ].entries()) {
    const source = memoryStore();
    const root = await putImage(source, { layers });
    items.push(await lookAt({ name: NAMES[i], source, root, main: root }));
  }
  IDS.splice(0, 2, ...items.map(item => item.manifests[0]!.config.digest));
  const { compression, whole = 'none', targets = [] } = how;
  const workDirectory = join(directory, 'work');
  await makeBundle(items, planBundle(items, targets), {
    path,
    compression,
    whole,
    workDirectory,
    progress: SILENT,
  });
  return path;
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  equal(error, undefined);
  equal(status, 0, `${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function lacking(command: string, args: readonly string[] = ['--version']): string | false {
  const { error } = spawnSync(command, args);
  return error === undefined ? false : `${command} is not installed`;
}

const KINDS = [
  ['plain.tar', {}],
  ['gzip.tar', { compression: 'gzip' }],
  ['zstd.tar', { compression: 'zstd' }],
] as const;

for (const [name, how] of KINDS) {
  test(`skopeo reads ${name} as a Docker archive and as an OCI archive`, {
    skip: lacking('skopeo'),
  }, async () => {
    const path = await bundleOf(name, how);
    for (const transport of ['docker-archive', 'oci-archive']) {
      for (const image of NAMES) {
        const out = join(directory, `skopeo-${transport}-${name}`);
        run('skopeo', ['copy', '-q', `${transport}:${path}:${image}`, `dir:${out}`]);
        rmSync(out, { recursive: true });
      }
    }
  });

  test(`podman loads ${name}`, {
    skip: lacking('podman') || (process.getuid?.() !== 0 && 'not root'),
  }, async t => {
    const path = await bundleOf(name, how);
    const root = mkdtempSync(join(directory, 'podman-'));
    const own = ['--root', join(root, 'root'), '--runroot', join(root, 'run'), '--storage-driver', 'vfs'];
    t.after(() => {
      spawnSync('podman', [...own, 'rmi', '-af']);
      rmSync(root, { recursive: true, force: true });
    });
    run('podman', [...own, 'load', '-q', '-i', path]);
    for (const [i, image] of NAMES.entries()) {
      const id = run('podman', [...own, 'image', 'inspect', '--format', '{{.Id}}', `docker.io/${image}`]);
      equal(`sha256:${id.trim()}`, IDS[i]);
    }
  });
}

test('umoci unpacks an image of a bundle', {
  skip: lacking('umoci') || (process.getuid?.() !== 0 && 'not root'),
}, async () => {
  const [layout, out] = [join(directory, 'layout'), join(directory, 'unpacked')];
  run('mkdir', [layout]);
  run('tar', ['-xf', await bundleOf('gzip.tar', { compression: 'gzip' }), '-C', layout]);
  run('umoci', ['unpack', '--image', `${layout}:${NAMES[0]}`, out]);
  ok(existsSync(join(out, 'rootfs/etc/one')));
});

describe('containerd', {
  skip: lacking('containerd') || lacking('ctr') || (process.getuid?.() !== 0 && 'not root'),
}, () => {
  const at = join(directory, 'containerd');
  const socket = join(at, 'c.sock');
  let server: ChildProcess;
  before(async () => {
    run('mkdir', [at]);
    const config = `version = 2\nroot = "${at}/root"\nstate = "${at}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "${socket}"\n`;
    writeFileSync(join(at, 'config.toml'), config);
    server = spawn('containerd', ['-c', join(at, 'config.toml')], { stdio: 'ignore' });
    for (let tries = 0; !existsSync(socket) && tries < 100; tries += 1) await sleep(100);
  });
  after(async () => {
    const ended = new Promise(resolve => server.once('close', resolve));
    server.kill('SIGTERM');
    await ended;
  });

  for (const [name, how] of KINDS) {
    test(`ctr imports ${name}`, async () => {
      const path = await bundleOf(name, how);
      run('ctr', ['-a', socket, 'images', 'import', '--snapshotter', 'native', path]);
      const listed = run('ctr', ['-a', socket, 'images', 'ls', '-q']);
      for (const image of NAMES) match(listed, new RegExp(`docker.io/${image}`));
      run('ctr', ['-a', socket, 'images', 'rm', ...NAMES.map(image => `docker.io/${image}`)]);
    });
  }
});

async function engine(t: TestContext): Promise<Docker | undefined> {
  try {
    const docker = await connectDocker({ host: process.env.DOCKER_HOST });
    t.after(async () => {
      for (const name of NAMES) await removeImage(docker, name, { force: true });
    });
    return docker;
  } catch (error) {
    t.skip(`no engine: ${error}`);
    return undefined;
  }
}

async function load(t: TestContext, docker: Docker, path: string): Promise<LoadPlan> {
  const context = await testContext(t, { docker: async () => docker });
  await using bundle = await openBundle(path, context);
  const place = { kind: 'engine' as const, docker, info: await engineInfo(docker) };
  const inEngine = await engineImages(docker);
  const plan = await planLoad(bundle, place, { store: context.store, inEngine });
  await loadBundle(bundle, plan, { context, inEngine, progress: SILENT, stepBytes: 100 });
  return plan;
}

for (const [name, how] of [...KINDS.slice(0, 2), ['whole.tar.gz', { whole: 'gzip' }] as const]) {
  test(`docker loads ${name}`, { skip: lacking('docker') }, async t => {
    const docker = await engine(t);
    if (docker === undefined) return;
    run('docker', ['load', '-q', '-i', await bundleOf(name, how)]);
    for (const [i, image] of NAMES.entries()) equal((await inspectImage(docker, image)).id, IDS[i]);
  });
}

for (const [name, how] of KINDS) {
  test(`sampan loads ${name} into the engine step by step, and leaves only the images`, async t => {
    const docker = await engine(t);
    if (docker === undefined) return;
    const plan = await load(t, docker, await bundleOf(name, how));
    deepEqual([plan.allLayers, plan.missingThere], [3, 3]);
    for (const [i, image] of NAMES.entries()) equal((await inspectImage(docker, image)).id, IDS[i]);
    deepEqual(await listImages(docker, { label: 'dev.sampan.load' }), []);
    equal((await load(t, docker, await bundleOf(name, how))).missingThere, 0);
  });
}

test('a bundle without the layers that the engine has is taken by docker load and by sampan', {
  skip: lacking('docker'),
}, async t => {
  const docker = await engine(t);
  if (docker === undefined) return;
  const info = await engineInfo(docker);
  if (docker.kind !== 'docker' || info.containerdStore)
    return t.skip('this engine takes whole archives only');
  const targets = [imagesTarget([[digestOf(BASE)]], 'base')];
  const path = await bundleOf('partial.tar', { compression: 'gzip', targets });
  await rejects(load(t, docker, path), fail('not-found', digestOf(BASE)));
  await load(t, docker, await bundleOf('plain.tar'));
  const { store } = await testContext(t);
  const inventory = await takeInventory({ store, docker, now: 0 });
  ok(inventory.layers.some(layer => layer.diffId === digestOf(BASE)));
  await removeImage(docker, NAMES[1], { force: true });
  run('docker', ['load', '-q', '-i', path]);
  equal((await inspectImage(docker, NAMES[1])).id, IDS[1]);
  await removeImage(docker, NAMES[1], { force: true });
  const plan = await load(t, docker, path);
  equal(plan.missingThere, 1);
  equal((await inspectImage(docker, NAMES[1])).id, IDS[1]);
});
