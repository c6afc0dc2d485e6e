import { equal, ok } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { askAt, manifestOf, pushManifest, sha256 } from '../../src/carry/serve/testing/index.ts';
import { startServer } from './testing/index.ts';

const LAYER_BYTES = 8 << 20;
const PULLS = 50;
const PUSHES = 20;
/** What 50 pulls and 20 pushes at once may take. */
const MEMORY_BYTES = 200e6;

test('50 pulls and 20 pushes at once stay under 200 MB and lose nothing', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-serve-load-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const server = await startServer({ directory });
  t.after(async () => await server.stop());
  const port = server.port ?? 0;
  const ask = askAt(port);
  const layer = randomBytes(LAYER_BYTES);
  const image = manifestOf({ layers: [layer] });
  equal((await pushManifest(ask, 'pulled', image, 'v1')).status, 201);
  const pulls = Array.from({ length: PULLS }, () => pull(port, `/v2/pulled/blobs/${sha256(layer)}`));
  const pushes = Array.from({ length: PUSHES }, (_, i) => push(port, `pushed${i}`));
  const digests = await Promise.all(pulls);
  const pushed = await Promise.all(pushes);
  for (const digest of digests) equal(digest, sha256(layer));
  for (const [i, digest] of pushed.entries())
    equal(await pull(port, `/v2/pushed${i}/blobs/${digest}`), digest);
  checkMemory(t, server.child.pid ?? 0);
});

function checkMemory(t: TestContext, pid: number): void {
  const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  t.diagnostic(`at most ${Math.round(peak / 1e6)} MB`);
  ok(peak < MEMORY_BYTES, `${peak}`);
}

/** Pulls without keeping it. Returns its digest. */
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

/** Pushes random bytes in one stream. Returns their digest. */
async function push(port: number, repository: string): Promise<string> {
  const ask = askAt(port);
  const location = (await ask('POST', `/v2/${repository}/blobs/uploads/`)).headers.location ?? '';
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const hash = createHash('sha256');
  const outgoing = request(
    { host: '127.0.0.1', port, path: location, method: 'PATCH', agent: false },
    response => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    },
  ).on('error', reject);
  for (let sent = 0; sent < LAYER_BYTES; sent += 1 << 18) {
    const chunk = randomBytes(1 << 18);
    hash.update(chunk);
    if (!outgoing.write(chunk)) await new Promise(go => outgoing.once('drain', go));
  }
  outgoing.end();
  equal(await promise, 202);
  const digest = `sha256:${hash.digest('hex')}`;
  equal((await ask('PUT', `${location}?digest=${digest}`)).status, 201);
  return digest;
}
