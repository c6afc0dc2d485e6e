import { deepEqual, equal, match, notEqual, rejects } from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveForTest } from '../../src/carry/serve/testing/index.ts';
import { runWords } from '../../src/cli/app/index.ts';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { fakeContext } from '../../src/cli/testing/index.ts';
import { isSampanError } from '../../src/core/errors/index.ts';

const found = spawnSync(join(import.meta.dirname, '..', '..', 'scripts', 'cosign'), { encoding: 'utf8' });
const cosignPath = found.stdout.trim();
const skip = found.status === 0 ? false : `no cosign: ${found.stderr.trim()}`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory with a store and keys, and a registry; sampan and cosign in it. */
interface Yard {
  readonly at: string;
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  sampan(...words: readonly string[]): Promise<string>;
  cosign(...words: readonly string[]): Promise<Ended>;
}

type StartRegistry = (t: TestContext, directory: string) => Promise<number>;

const REGISTRIES: Readonly<Record<string, { readonly skip: string | false; readonly start: StartRegistry }>> =
  {
    'sampan serve, which lists referrers': {
      skip,
      start: async (t, directory) => (await serveForTest(t, { directory })).port,
    },
    'docker-registry 2.8, which does not': {
      skip:
        skip ||
        (spawnSync('docker-registry', ['--version']).error ? 'docker-registry is not installed' : false),
      start: startDockerRegistry,
    },
  };

async function yard(t: TestContext, start: StartRegistry): Promise<Yard> {
  const at = mkdtempSync(join(tmpdir(), 'sampan-cosign-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  const registry = `127.0.0.1:${await start(t, join(at, 'registry'))}`;
  const env = {
    XDG_DATA_HOME: join(at, 'data'),
    COSIGN_PASSWORD: 'secret',
    PATH: process.env.PATH,
    HOME: at,
  };
  return {
    at,
    registry,
    sampan: async (...words) => {
      const context = fakeContext({ env, home: at, cwd: at, now: Date.now });
      await runWords(words, COMMANDS, context);
      return context.stdout.text();
    },
    cosign: async (...words) => await run(cosignPath, words, { cwd: at, env }),
  };
}

function run(
  program: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise(resolve => {
    execFile(program, words, { ...options, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

async function startDockerRegistry(t: TestContext, directory: string): Promise<number> {
  const port = await freePort();
  mkdirSync(directory, { recursive: true });
  const config = join(directory, 'config.yml');
  writeFileSync(
    config,
    `version: 0.1\nstorage: {filesystem: {rootdirectory: ${directory}/data}}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
  );
  const child: ChildProcess = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  t.after(() => child.kill());
  for (let i = 0; i < 100 && !(await answers(port)); i += 1) await sleep(50);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    get({ host: '127.0.0.1', port, path: '/v2/' }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

/** An image of one file, in the store and in the registry. */
async function pushed({ at, registry, sampan }: Yard, name: string): Promise<string> {
  mkdirSync(join(at, name, 'etc'), { recursive: true });
  writeFileSync(join(at, name, 'etc', 'motd'), name);
  const image = `${registry}/${name}:1`;
  await sampan('copy', `dir:${join(at, name)}`, `store:${image}`);
  await sampan('push', image);
  return image;
}

const VERIFY = ['verify', '--insecure-ignore-tlog', '--key'];

for (const [name, { skip: reason, start }] of Object.entries(REGISTRIES)) {
  test(`cosign verifies what sampan signs: ${name}`, { skip: reason }, async t => {
    const here = await yard(t, start);
    const image = await pushed(here, 'app');
    await here.sampan('keygen', 'other', '--type', 'ed25519', '--plain');
    for (const type of ['ecdsa-p256', 'ed25519']) {
      await here.sampan('keygen', type, '--type', type);
      await here.sampan('sign', `docker://${image}`, '--key', `${type}.key`, '-a', `made-by=${type}`);
      const good = await here.cosign(...VERIFY, `${type}.pub`, '-a', `made-by=${type}`, image);
      equal(good.code, 0, good.stderr);
      const [said] = JSON.parse(good.stdout);
      equal(said.optional['dev.sampan.name'], image);
      match(said.optional['dev.sampan.signed'], /^20\d\d-/);
    }
    notEqual((await here.cosign(...VERIFY, 'other.pub', image)).code, 0);
    notEqual((await here.cosign(...VERIFY, 'ed25519.pub', '-a', 'made-by=me', image)).code, 0);
  });

  test(`sampan verifies what cosign signs, also where it is stored and bundled: ${name}`, {
    skip: reason,
  }, async t => {
    const here = await yard(t, start);
    const image = await pushed(here, 'app');
    equal((await here.cosign('generate-key-pair')).code, 0);
    equal((await here.cosign('signing-config', 'create', '--out', 'none.json')).code, 0);
    const sign = ['sign', '--key', 'cosign.key', '--signing-config', 'none.json', '-y'];
    const signed = await here.cosign(...sign, image);
    equal(signed.code, 0, signed.stderr);
    match(await here.sampan('verify', `docker://${image}`, '--key', 'cosign.pub'), /: signed\n/);
    await here.sampan('rm', image);
    await here.sampan('pull', image, '-q');
    match(await here.sampan('verify', `store:${image}`, '--key', 'cosign.pub'), /: signed\n/);
    await here.sampan('bundle', image, '-o', 'app.tar', '-q');
    match(await here.sampan('verify', join(here.at, 'app.tar'), '--key', 'cosign.pub'), /: signed\n/);
    const bare = await pushed(here, 'bare');
    await rejects(here.sampan('verify', `docker://${bare}`, '--key', 'cosign.pub'), error =>
      isSampanError(error, 'unproven'),
    );
  });
}

test('sampan and cosign use the keys of each other', { skip }, async t => {
  const here = await yard(t, async (test, directory) => (await serveForTest(test, { directory })).port);
  const image = await pushed(here, 'app');
  await here.sampan('keygen', 'ours');
  await here.cosign('generate-key-pair');
  await here.cosign('signing-config', 'create', '--out', 'none.json');
  deepEqual((await here.cosign('public-key', '--key', 'ours.key')).stdout.trim().split('\n').length, 4);
  const theirs = await here.cosign('sign', '--key', 'ours.key', '--signing-config', 'none.json', '-y', image);
  equal(theirs.code, 0, theirs.stderr);
  match(await here.sampan('verify', `docker://${image}`, '--key', 'ours.pub'), /: signed\n/);
  await here.sampan('sign', `docker://${image}`, '--key', 'cosign.key');
  equal((await here.cosign(...VERIFY, 'cosign.pub', image)).code, 0);
});
