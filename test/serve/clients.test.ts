import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerProcess, startServer } from './testing/index.ts';

/** Real clients, each against a server of its own process: plain on this machine, and with TLS and a password. */
const directory = mkdtempSync(join(tmpdir(), 'sampan-serve-clients-'));
const layout = join(directory, 'layout');
const certs = join(directory, 'certs');
let plain: ServerProcess;
let secured: ServerProcess;
let containerd: ChildProcess | undefined;

before(async () => {
  mkdirSync(certs, { recursive: true });
  if (has('openssl')) makeCertificate();
  writeFileSync(join(directory, 'users'), `${run('htpasswd', ['-nbB', 'ship', 'secret'])}\n`);
  plain = await startServer({ directory: join(directory, 'plain') });
  const tls = ['--tls-cert', join(certs, 'ca.crt'), '--tls-key', join(directory, 'ca.key')];
  secured = await startServer({
    directory: join(directory, 'secured'),
    args: [...tls, '--htpasswd', join(directory, 'users')],
  });
  makeImage();
});

after(async () => {
  containerd?.kill('SIGTERM');
  await Promise.all([plain?.stop(), secured?.stop()]);
  await sleep(500);
  rmSync(directory, { recursive: true, force: true });
});

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  equal(status, 0, `${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout.trim();
}

function makeCertificate(): void {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const subject = ['-subj', '/CN=localhost', '-addext', names];
  const files = ['-keyout', join(directory, 'ca.key'), '-out', join(certs, 'ca.crt')];
  run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]);
}

/** An image of one file, that runs. */
function makeImage(): void {
  const root = join(directory, 'root');
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'hello'), 'hello from the registry\n');
  if (existsSync('/bin/busybox')) run('cp', ['/bin/busybox', join(root, 'bin', 'busybox')]);
  if (existsSync(join(root, 'bin', 'busybox'))) chmodSync(join(root, 'bin', 'busybox'), 0o755);
  run('tar', ['-C', root, '--owner=0', '--group=0', '-cf', join(directory, 'root.tar'), '.']);
  const tree = join(directory, 'tree');
  run('umoci', ['init', '--layout', tree]);
  run('umoci', ['new', '--image', `${tree}:v1`]);
  run('umoci', ['raw', 'add-layer', '--image', `${tree}:v1`, join(directory, 'root.tar')]);
  run('umoci', [
    'config',
    '--image',
    `${tree}:v1`,
    '--config.cmd',
    '/bin/busybox',
    '--config.cmd',
    'cat',
    '--config.cmd',
    '/hello',
  ]);
  run('skopeo', ['copy', `oci:${tree}:v1`, `oci:${layout}:v1`]);
}

function digestOf(reference: string): string {
  return run('skopeo', ['inspect', '--tls-verify=false', '--format', '{{.Digest}}', reference]);
}

function missing(...programs: readonly string[]): string | false {
  const absent = [...programs, 'skopeo', 'umoci', 'htpasswd', 'openssl'].filter(program => !has(program));
  return absent.length === 0 ? false : `${absent.join(', ')} not installed`;
}

test('skopeo pushes, pulls, copies, lists, inspects and deletes', { skip: missing() }, () => {
  const at = `docker://127.0.0.1:${plain.port}/skopeo/app`;
  const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  run('skopeo', ['copy', ...insecure, '--all', `oci:${layout}:v1`, `${at}:v1`]);
  run('skopeo', ['copy', ...insecure, `${at}:v1`, `${at}-copy:v2`]);
  run('skopeo', ['copy', ...insecure, `${at}-copy:v2`, `oci:${layout}:again`]);
  equal(digestOf(`oci:${layout}:again`), digestOf(`oci:${layout}:v1`));
  match(run('skopeo', ['list-tags', '--tls-verify=false', at]), /"v1"/);
  run('skopeo', ['delete', '--tls-verify=false', `${at}:v1`]);
  notEqual(spawnSync('skopeo', ['inspect', '--tls-verify=false', `${at}:v1`]).status, 0);
  equal(digestOf(`${at}-copy:v2`), digestOf(`oci:${layout}:v1`));
});

test('skopeo with TLS and a password', { skip: missing() }, () => {
  const at = `docker://localhost:${secured.port}/app:v1`;
  const to = [`oci:${layout}:v1`, at];
  const trust = ['--dest-cert-dir', certs];
  const refused = spawnSync('skopeo', ['copy', ...trust, ...to], { encoding: 'utf8' });
  match(refused.stderr, /unauthorized|authentication required/i);
  const wrong = spawnSync('skopeo', ['copy', ...trust, '--dest-creds', 'ship:wrong', ...to], {
    encoding: 'utf8',
  });
  notEqual(wrong.status, 0);
  run('skopeo', ['copy', ...trust, '--dest-creds', 'ship:secret', ...to]);
  run('skopeo', ['inspect', '--cert-dir', certs, '--creds', 'ship:secret', at]);
});

test('docker pushes, pulls and runs', { skip: dockerMissing() }, () => {
  const name = `127.0.0.1:${plain.port}/docker/app:v1`;
  run('skopeo', ['copy', `oci:${layout}:v1`, `docker-archive:${join(directory, 'app.tar')}:${name}`]);
  run('docker', ['load', '-i', join(directory, 'app.tar')]);
  try {
    match(run('docker', ['push', name]), /digest: sha256:/);
    run('docker', ['rmi', name]);
    match(run('docker', ['pull', name]), /Downloaded newer image/);
    if (existsSync('/bin/busybox'))
      equal(run('docker', ['run', '--rm', '--network', 'none', name]), 'hello from the registry');
    match(run('docker', ['push', name]), /Layer already exists/);
  } finally {
    spawnSync('docker', ['rmi', name]);
  }
});

function dockerMissing(): string | false {
  const programs = missing('docker');
  if (programs !== false) return programs;
  return spawnSync('docker', ['version']).status === 0 ? false : 'no docker engine answers';
}

const STORAGE = join(directory, 'containers');

for (const program of ['buildah', 'podman']) {
  test(`${program} pulls and pushes`, { skip: missing(program) }, () => {
    const at = `docker://127.0.0.1:${plain.port}/${program}/app`;
    const rooted = ['--root', STORAGE, '--runroot', `${STORAGE}-run`, '--storage-driver', 'vfs'];
    const image = `127.0.0.1:${plain.port}/${program}/app:v1`;
    run('skopeo', ['copy', '--dest-tls-verify=false', `oci:${layout}:v1`, `${at}:v1`]);
    run(program, [...rooted, 'pull', '--tls-verify=false', image]);
    run(program, [...rooted, 'push', '--tls-verify=false', image, `${at}:pushed`]);
    match(run('skopeo', ['list-tags', '--tls-verify=false', at]), /"pushed"/);
    run(program, [...rooted, 'rmi', image]);
  });
}

test('containerd pulls, fetches and pushes', {
  skip: missing('containerd', 'ctr') || rootless(),
}, async () => {
  const name = `127.0.0.1:${plain.port}/containerd/app`;
  run('skopeo', ['copy', '--dest-tls-verify=false', `oci:${layout}:v1`, `docker://${name}:v1`]);
  const ctr = await startContainerd();
  run('ctr', [...ctr, 'images', 'pull', '--plain-http', '--snapshotter', 'native', `${name}:v1`]);
  run('ctr', [...ctr, 'images', 'tag', `${name}:v1`, `${name}:v2`]);
  run('ctr', [...ctr, 'images', 'push', '--plain-http', `${name}:v2`]);
  run('ctr', [...ctr, 'content', 'fetch', '--plain-http', `${name}:v2`]);
  deepEqual(JSON.parse(run('skopeo', ['list-tags', '--tls-verify=false', `docker://${name}`])).Tags, [
    'v1',
    'v2',
  ]);
});

function rootless(): string | false {
  return process.geteuid?.() === 0 ? false : 'containerd needs root';
}

async function startContainerd(): Promise<readonly string[]> {
  const at = join(directory, 'containerd');
  const socket = join(at, 'socket');
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'config.toml'), 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
  const places = ['--root', join(at, 'root'), '--state', join(at, 'state'), '--address', socket];
  containerd = spawn('containerd', ['--config', join(at, 'config.toml'), ...places], { stdio: 'ignore' });
  for (let tries = 0; tries < 100 && spawnSync('ctr', ['-a', socket, 'version']).status !== 0; tries++)
    await sleep(100);
  return ['-a', socket];
}
