import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryStore, openStore, openTarget } from '../src/core/store/index.ts';
import { noDocker, putImage, tarOf } from '../src/core/store/testing/index.ts';
import { type Benchmark, type Measurement, type MeasureOptions, median } from './benchmark.ts';
import { runMeasured, type Usage } from './process.ts';

const COMMAND = join(import.meta.dirname, '..', 'bin', 'sampan');
const LAYERS = 4;
const FILES = 200;
const FILE_BYTES = 240_000;

/** An image copied from a registry on this machine, by us and by skopeo, to the same kind of place. */
export const registryBenchmark: Benchmark = {
  name: 'registry',
  summary: `an image of ${LAYERS} gzip layers of ${(FILES * FILE_BYTES) / 1e6} MB from a docker-registry on loopback: to an OCI layout, and into the store, which keeps layers plain; both sides flush to disk`,
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    const missing = ['docker-registry', 'skopeo'].filter(
      program => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
    );
    if (missing.length > 0) {
      return [{ name: 'pull', unit: 's', ours: 0, note: `not installed: ${missing.join(', ')}` }];
    }
    const registry = await startRegistry(directory);
    try {
      const name = `${registry.host}/bench/app:1`;
      await fill(directory, name);
      return await compare(directory, name, runs);
    } finally {
      registry.child.kill('SIGKILL');
    }
  },
};

async function compare(directory: string, name: string, runs: number): Promise<readonly Measurement[]> {
  const place = join(directory, 'place');
  const env = { ...process.env, XDG_DATA_HOME: join(place, 'data') };
  const layout = `oci:${join(place, 'layout')}:x`;
  // A peer's files are flushed as ours are: only then do both say that it is done.
  const theirs = `skopeo copy -q --src-tls-verify=false docker://${name} ${layout} && sync -f ${place}`;
  const ours = await timed({ runs, place }, () =>
    runMeasured(COMMAND, ['copy', '-q', `docker://${name}`, layout], env),
  );
  const peer = await timed({ runs, place }, () => runMeasured('sh', ['-c', theirs], env));
  const pull = await timed({ runs, place }, () => runMeasured(COMMAND, ['pull', '-q', name], env));
  const against = 'skopeo copy to a layout, and sync';
  return [
    { name: 'copy to a layout', unit: 's', ours: ours.seconds, against, theirs: peer.seconds },
    {
      name: 'pull into the store',
      unit: 's',
      ours: pull.seconds,
      against,
      theirs: peer.seconds,
      note: 'ours also inflates every layer and verifies its diff ID',
    },
    { name: 'peak memory of pull', unit: 'MB', ours: pull.bytes / 1e6, against, theirs: peer.bytes / 1e6 },
  ];
}

async function timed(
  { runs, place }: { readonly runs: number; readonly place: string },
  work: () => Promise<Usage>,
): Promise<{ readonly seconds: number; readonly bytes: number }> {
  const all: Usage[] = [];
  for (let run = 0; run <= runs; run += 1) {
    rmSync(place, { recursive: true, force: true });
    spawnSync('mkdir', ['-p', place]);
    const usage = await work();
    if (usage.status !== 0) throw new Error(usage.stderr);
    // The first run warms what is cached.
    if (run > 0) all.push(usage);
  }
  rmSync(place, { recursive: true, force: true });
  return { seconds: median(all.map(one => one.seconds)), bytes: Math.max(...all.map(one => one.peakBytes)) };
}

/** Pushes the image: files of which half is random, so that they compress as programs do. */
async function fill(directory: string, name: string): Promise<void> {
  const store = memoryStore();
  const layers = Array.from({ length: LAYERS }, (_, layer) =>
    tarOf(
      Array.from({ length: FILES }, (_, file) => ({
        path: `${layer}-${file}`,
        content: Buffer.concat([randomBytes(FILE_BYTES / 2), Buffer.alloc(FILE_BYTES / 2, 'program text ')]),
      })),
    ),
  );
  const root = await putImage(store, { layers, compression: 'gzip' });
  const own = { store: await openStore(join(directory, 'own')), workDirectory: directory, docker: noDocker };
  await openTarget(`oci:${directory}/image`, own).write(store, root, { reference: 'app:1' });
  const { status, stderr } = spawnSync(
    'skopeo',
    ['copy', '-q', '--dest-tls-verify=false', `oci:${directory}/image:1`, `docker://${name}`],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}

async function startRegistry(
  directory: string,
): Promise<{ readonly host: string; readonly child: ChildProcess }> {
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'registry') } },
    http: { addr: host, secret: 'x' },
  };
  writeFileSync(join(directory, 'registry.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(directory, 'registry.yml')], { stdio: 'ignore' });
  for (let i = 0; i < 200; i += 1) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.ok) return { host, child };
    await sleep(25);
  }
  child.kill('SIGKILL');
  throw new Error('docker-registry does not answer');
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
  });
  return promise;
}
