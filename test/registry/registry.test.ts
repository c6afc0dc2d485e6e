import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testCertificates } from '../../src/carry/http/testing/index.ts';
import { memoryStore, openStore, openTarget } from '../../src/core/store/index.ts';
import { noDocker, putImage, tarOf } from '../../src/core/store/testing/index.ts';
import { lacks, startDebianRegistry, temporary } from './debian.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, in a home of its own. */
function sampan(home: string, ...words: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: 'utf8',
    env: environment(home),
  });
  return { status, stdout, stderr };
}

function environment(home: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') };
}

function must(ran: Ran): string {
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout;
}

/** An image of two layers in an OCI archive; the larger layer has about so many bytes. */
async function imageFile(directory: string, sizeBytes: number): Promise<string> {
  const store = memoryStore();
  const layers = [
    tarOf([{ path: 'a', content: 'a' }]),
    tarOf([{ path: 'b', content: randomBytes(sizeBytes) }]),
  ];
  const root = await putImage(store, { layers, compression: 'gzip' });
  const own = {
    store: await openStore(join(directory, 'store')),
    workDirectory: directory,
    docker: noDocker,
  };
  await openTarget(`oci-archive:${directory}/image.tar`, own).write(store, root, { reference: 'app:1' });
  return join(directory, 'image.tar');
}

function skopeo(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('skopeo', words, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('what sampan pushes skopeo reads, what skopeo pushes sampan pulls, and digests stay', async t => {
  if (lacks(t, 'docker-registry', 'skopeo')) return;
  const { host, directory } = await startDebianRegistry(t);
  const home = temporary(t);
  const archive = await imageFile(directory, 20_000_000);
  const pushed = must(sampan(home, 'push', '-q', archive, `${host}/team/app:1`)).trim();
  const digest = pushed.split('@')[1] ?? '';
  const seen = JSON.parse(skopeo('inspect', '--tls-verify=false', `docker://${host}/team/app:1`));
  assert.equal(seen.Digest, digest);
  skopeo(
    'copy',
    '-q',
    '--dest-tls-verify=false',
    '--src-tls-verify=false',
    `docker://${host}/team/app:1`,
    `docker://${host}/other/app:2`,
  );
  assert.equal(must(sampan(home, 'tags', `${host}/other/app`)), '2\n');
  const json = JSON.parse(
    must(sampan(home, 'pull', '-q', '--json', '--platform', 'amd64', `${host}/other/app:2`)),
  );
  assert.equal(json.images[0].name, `store:${host}/other/app:2`);
  assert.ok(json.carriedBytes > 20_000_000);
  const again = must(sampan(home, 'push', '-q', `${host}/other/app:2`, `${host}/other/app:3`));
  assert.ok(again.includes(digest), 'the registry has that very image, so it is not compressed anew');
  must(sampan(home, 'copy', '-q', `docker://${host}/team/app:1`, `oci:${directory}/layout:x`));
  assert.equal(
    JSON.parse(readFileSync(join(directory, 'layout', 'index.json'), 'utf8')).manifests[0].digest,
    digest,
  );
  const missing = sampan(home, 'pull', '-q', `${host}/team/none:1`);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /not in the registry \(MANIFEST_UNKNOWN/);
});

test('TLS with an own authority and the credentials of Docker open a registry, and without them it stays shut', async t => {
  if (lacks(t, 'docker-registry', 'openssl', 'htpasswd')) return;
  const home = temporary(t);
  testCertificates(home);
  const tls = { certificate: join(home, 'server.cert'), key: join(home, 'server.key') };
  const { host, directory } = await startDebianRegistry(t, { tls, user: 'alice:hunter2' });
  const archive = await imageFile(directory, 1000);
  const target = `${host}/app:1`;
  const untrusted = sampan(home, 'push', '-q', archive, target);
  assert.match(untrusted.stderr, /certificate is not trusted[\s\S]*--ca/);
  const ca = ['--ca', join(home, 'ca.crt')];
  const nobody = sampan(home, 'push', '-q', ...ca, archive, target);
  assert.match(nobody.stderr, /wants to know who asks[\s\S]*docker login/);
  mkdirSync(join(home, '.docker'));
  const login = (password: string): void => {
    const auth = Buffer.from(`alice:${password}`).toString('base64');
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  };
  login('wrong-secret');
  const wrong = sampan(home, 'push', '-q', '--verbose', ...ca, archive, target);
  assert.equal(wrong.status, 1);
  assert.ok(!/wrong-secret|d3Jvbmct/.test(wrong.stderr), wrong.stderr);
  login('hunter2');
  must(sampan(home, 'push', '-q', ...ca, archive, target));
  // A certificate in certs.d serves every command that takes the name of an image.
  mkdirSync(join(home, 'config', 'containers', 'certs.d', host), { recursive: true });
  cpSync(join(home, 'ca.crt'), join(home, 'config', 'containers', 'certs.d', host, 'ca.crt'));
  assert.match(must(sampan(home, 'inspect', '-q', `docker://${target}`)), /layer/i);
});

/** Stands before a registry, and lets only so many bytes of large blobs through, slowly. */
async function throttle(
  t: TestContext,
  host: string,
  bytesPerMs: number,
): Promise<{ host: string; ranges: string[] }> {
  const ranges: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.headers.range !== undefined) ranges.push(incoming.headers.range);
    const { method, url: path, headers } = incoming;
    const [hostname, port] = host.split(':');
    const onward = request({ hostname, port, method, path, headers: { ...headers, host } }, async answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      for await (const chunk of answer) {
        outgoing.write(chunk);
        await sleep(chunk.length / bytesPerMs);
      }
      outgoing.end();
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  proxy.listen(0, '127.0.0.1', resolve);
  await promise;
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  return { host: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, ranges };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  while (child.signalCode === null && child.exitCode === null) await sleep(5);
}

test('a pull that is killed at any moment leaves no image and no half blob, and the next one goes on', async t => {
  if (lacks(t, 'docker-registry')) return;
  const { host, directory } = await startDebianRegistry(t);
  const archive = await imageFile(directory, 24_000_000);
  const home = temporary(t);
  must(sampan(home, 'push', '-q', archive, `${host}/app:1`));
  const slow = await throttle(t, host, 12_000);
  const data = join(home, 'data', 'sampan');
  const partSizes = (): number[] => {
    const parts = existsSync(join(data, 'ingest')) ? readdirSync(join(data, 'ingest')) : [];
    return parts.map(name => statSync(join(data, 'ingest', name), { throwIfNoEntry: false })?.size ?? 0);
  };
  let kept = 0;
  for (const share of [0, 0.1, 0.4, 0.7]) {
    const child = spawn(process.execPath, [MAIN, 'pull', '-q', `${slow.host}/app:1`], {
      env: environment(home),
      stdio: 'ignore',
    });
    // By what has come, not by time: on a quick machine it would be over before.
    while (Math.max(...partSizes(), 0) < share * 24_000_000 && child.exitCode === null) await sleep(10);
    await killed(child);
    assert.equal(existsSync(join(data, 'index.json')), false, 'no name before it is whole');
    const blobs = existsSync(join(data, 'blobs', 'sha256')) ? readdirSync(join(data, 'blobs', 'sha256')) : [];
    // What is there under its digest is whole; the rest has a temporary name.
    assert.ok(blobs.every(name => name.startsWith('.') || /^[0-9a-f]{64}$/.test(name)));
    kept = Math.max(kept, ...partSizes(), 0);
  }
  // Not with spawnSync: the throttle is in this process.
  const last = spawn(process.execPath, [MAIN, 'pull', '-q', `${slow.host}/app:1`], {
    env: environment(home),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  last.once('close', resolve);
  assert.equal(await promise, 0);
  assert.match(must(sampan(home, 'images')), /app:1/);
  assert.deepEqual(readdirSync(join(data, 'ingest')), []);
  assert.ok(readdirSync(join(data, 'blobs', 'sha256')).every(name => /^[0-9a-f]{64}$/.test(name)));
  t.diagnostic(`kept up to ${kept} bytes; ranges ${slow.ranges.join(' ')}`);
  if (kept > 0)
    assert.ok(
      slow.ranges.some(range => Number(/\d+/.exec(range)?.[0]) > 0),
      'goes on in the middle',
    );
});
