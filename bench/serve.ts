import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Measurement, MeasureOptions } from './benchmark.ts';
import { median } from './benchmark.ts';

const SAMPAN = fileURLToPath(new URL('../bin/sampan', import.meta.url));
const LAYERS = 4;
const LAYER_BYTES = 64 << 20;
const PULLS = 50;
const PUSHES = 20;
const SMALL_BYTES = 8 << 20;
const PEER = 'docker-registry';

/** A registry under measurement. */
interface Server {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
}

/** The registry server beside Debian's. */
export const serveBenchmark: Benchmark = {
  name: 'serve',
  summary: `skopeo pulls an image of ${LAYERS} layers of ${LAYER_BYTES >> 20} MiB from each registry, then ${PULLS} pulls and ${PUSHES} pushes at once`,
  measure,
};

async function measure(options: MeasureOptions): Promise<readonly Measurement[]> {
  const image = makeImage(options.directory);
  const ours = await startOurs(options.directory);
  const peer = await startPeer(options.directory);
  const servers = peer === undefined ? [ours] : [ours, peer];
  try {
    for (const server of servers)
      skopeo('copy', '--dest-tls-verify=false', `oci:${image}:v1`, nameOn(server));
    const pulls = pullTimes(servers, options);
    const load = [];
    for (const server of servers) load.push(await underLoad(server));
    return [...pulls, ...loadFigures(load, peer !== undefined)];
  } finally {
    for (const { child } of servers) child.kill('SIGTERM');
  }
}

function nameOn(server: Server): string {
  return `docker://127.0.0.1:${server.port}/bench/app:v1`;
}

function skopeo(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('skopeo', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`skopeo ${args.join(' ')}: ${stderr}`);
}

/** Random bytes do not shrink, so that nothing but carrying them is measured. */
function makeImage(directory: string): string {
  const tree = join(directory, 'serve-image');
  const root = join(directory, 'serve-root');
  for (const args of [
    ['init', '--layout', tree],
    ['new', '--image', `${tree}:v1`],
  ]) {
    run('umoci', args);
  }
  for (let i = 0; i < LAYERS; i++) {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    writeFileSync(join(root, `file-${i}`), randomBytes(LAYER_BYTES));
    run('tar', ['-C', root, '-cf', `${root}.tar`, '.']);
    run('umoci', ['raw', 'add-layer', '--image', `${tree}:v1`, `${root}.tar`]);
  }
  return tree;
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

async function startOurs(directory: string): Promise<Server> {
  const port = await freePort();
  const args = [
    'serve',
    '--quiet',
    '--store',
    join(directory, 'serve-ours'),
    '--listen',
    `127.0.0.1:${port}`,
  ];
  return await started('sampan serve', port, spawn(SAMPAN, args, { stdio: 'ignore' }));
}

async function startPeer(directory: string): Promise<Server | undefined> {
  if (spawnSync('sh', ['-c', `command -v ${PEER}`]).status !== 0) return undefined;
  const port = await freePort();
  const config = join(directory, 'peer.yml');
  const storage = `storage:\n  filesystem:\n    rootdirectory: ${join(directory, 'serve-peer')}\n`;
  writeFileSync(config, `version: 0.1\nlog:\n  level: error\n${storage}http:\n  addr: 127.0.0.1:${port}\n`);
  return await started(PEER, port, spawn(PEER, ['serve', config], { stdio: 'ignore' }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(go => server.listen(0, '127.0.0.1', go));
  const address = server.address();
  await new Promise(go => server.close(go));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function started(name: string, port: number, child: ChildProcess): Promise<Server> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return { name, port, child };
    await sleep(50);
  }
  throw new Error(`${name} does not answer`);
}

/** The servers take turns, so that both see the same machine. */
function pullTimes(servers: readonly Server[], options: MeasureOptions): readonly Measurement[] {
  const seconds = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  const used = new Map<string, number>();
  for (let round = 0; round <= options.runs; round++) {
    for (const server of servers) {
      const target = join(options.directory, 'serve-pulled');
      const before = cpuSeconds(server.child.pid);
      const start = performance.now();
      skopeo('copy', '--src-tls-verify=false', nameOn(server), `dir:${target}`);
      const taken = (performance.now() - start) / 1000;
      rmSync(target, { recursive: true });
      if (round === 0) continue;
      seconds.get(server.name)?.push(taken);
      used.set(server.name, (used.get(server.name) ?? 0) + cpuSeconds(server.child.pid) - before);
    }
  }
  const megabytes = (LAYERS * LAYER_BYTES) / 1e6;
  const speeds = servers.map(({ name }) => megabytes / median(seconds.get(name) ?? []));
  const cpu = servers.map(({ name }) => ((used.get(name) ?? 0) / options.runs / megabytes) * 1000);
  return [
    figure('pulled by skopeo', 'MB/s', speeds),
    figure('processor time of the server, for a GB pulled', 's', cpu),
  ];
}

function figure(name: string, unit: string, [ours = 0, theirs]: readonly number[]): Measurement {
  if (theirs === undefined) return { name, unit, ours, note: `${PEER} is not installed` };
  return { name, unit, ours, against: PEER, theirs };
}

/** Seconds of processor time of a process, user and system (proc(5), fields 14 and 15; 100 ticks a second). */
function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** What a server did under load. */
interface Load {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly lost: number;
}

async function underLoad(server: Server): Promise<Load> {
  const bytes = randomBytes(SMALL_BYTES);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  await push(server.port, 'load', bytes);
  const start = performance.now();
  const pulls = Array.from({ length: PULLS }, () => pull(server.port, `/v2/load/blobs/${digest}`));
  const pushes = Array.from({ length: PUSHES }, (_, i) =>
    push(server.port, `load${i}`, randomBytes(SMALL_BYTES)),
  );
  const pulled = await Promise.all(pulls);
  const pushed = await Promise.all(pushes);
  const seconds = (performance.now() - start) / 1000;
  const back = await Promise.all(pushed.map((each, i) => pull(server.port, `/v2/load${i}/blobs/${each}`)));
  const lost =
    pulled.filter(each => each !== digest).length + back.filter((each, i) => each !== pushed[i]).length;
  return { seconds, peakBytes: peakOf(server.child.pid), lost };
}

function peakOf(pid: number | undefined): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function loadFigures(loads: readonly Load[], hasPeer: boolean): readonly Measurement[] {
  const figures = [
    figure(
      `${PULLS} pulls and ${PUSHES} pushes at once`,
      's',
      loads.map(({ seconds }) => seconds),
    ),
    figure(
      '  the server’s memory at most',
      'MB',
      loads.map(({ peakBytes }) => peakBytes / 1e6),
    ),
    { name: '  blobs lost or wrong', unit: '', ours: loads[0]?.lost ?? 0 },
  ];
  return hasPeer ? figures : figures.map(each => ({ ...each, note: `${PEER} is not installed` }));
}

async function pull(port: number, path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const hash = createHash('sha256');
  request({ host: '127.0.0.1', port, path, agent: false }, response => {
    response.on('data', chunk => hash.update(chunk)).on('error', reject);
    response.on('end', () => resolve(`sha256:${hash.digest('hex')}`));
  })
    .on('error', reject)
    .end();
  return await promise;
}

async function push(port: number, repository: string, bytes: Buffer): Promise<string> {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const base = `http://127.0.0.1:${port}`;
  const begun = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const url = new URL(begun.headers.get('location') ?? '', base);
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const done = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  if (done.status !== 201) throw new Error(`the push ended with ${done.status}`);
  return digest;
}
