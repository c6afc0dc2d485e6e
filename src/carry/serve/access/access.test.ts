import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcryptjs';
import { manifestOf, pushManifest, serveForTest, testDirectory } from '../testing/index.ts';
import { basicAccess } from './access.ts';
import { parseHtpasswd, watchHtpasswd } from './htpasswd.ts';
import { passwordsOf } from './passwords.ts';

const hashOf = (password: string): string => bcrypt.hashSync(password, 4);

function basic(user: string, password: string): { readonly headers: { readonly authorization: string } } {
  return { headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } };
}

function passwordFile(t: TestContext, users: Readonly<Record<string, string>>): string {
  const path = join(testDirectory(t), 'users');
  writeFileSync(
    path,
    Object.entries(users)
      .map(([user, password]) => `${user}:${hashOf(password)}\n`)
      .join(''),
  );
  return path;
}

test('nothing is given without the right password', async t => {
  const file = watchHtpasswd(passwordFile(t, { ship: 'secret', käpt: 'ahoi:hoi' }));
  const passwords = passwordsOf(file, { compare: bcrypt.compare, now: Date.now });
  const { ask } = await serveForTest(t, { access: basicAccess(passwords, { anonymousPull: false }) });
  const refused = await ask('GET', '/v2/');
  deepEqual([refused.status, ...refused.codes()], [401, 'UNAUTHORIZED']);
  match(String(refused.headers['www-authenticate']), /^Basic realm="/);
  for (const path of ['/v2/a/tags/list', '/v2/_catalog', '/metrics', '/status', '/nothing']) {
    equal((await ask('GET', path)).status, 401);
  }
  equal((await ask('POST', '/v2/a/blobs/uploads/')).status, 401);
  for (const [user, password] of [
    ['ship', 'wrong'],
    ['ship', ''],
    ['nobody', 'secret'],
    ['', ''],
  ] as const) {
    equal((await ask('GET', '/v2/', basic(user, password))).status, 401);
  }
  for (const authorization of [
    'Bearer x',
    'Basic',
    'Basic !!!',
    `Basic ${'A'.repeat(9000)}`,
    'Basic bm9jb2xvbg==',
  ]) {
    equal((await ask('GET', '/v2/', { headers: { authorization } })).status, 401);
  }
  equal((await ask('GET', '/v2/', basic('ship', 'secret'))).status, 200);
  equal((await ask('GET', '/v2/', basic('käpt', 'ahoi:hoi'))).status, 200);
});

test('anybody may pull where that is wanted, and nobody push', async t => {
  const passwords = passwordsOf(watchHtpasswd(passwordFile(t, { ship: 'secret' })), {
    compare: bcrypt.compare,
    now: Date.now,
  });
  const { ask } = await serveForTest(t, { access: basicAccess(passwords, { anonymousPull: true }) });
  const signed: typeof ask = async (method, path, asked) =>
    await ask(method, path, { ...asked, headers: { ...asked?.headers, ...basic('ship', 'secret').headers } });
  equal((await pushManifest(signed, 'app', manifestOf(), 'v1')).status, 201);
  equal((await ask('GET', '/v2/app/manifests/v1')).status, 200);
  equal((await ask('DELETE', '/v2/app/manifests/v1')).status, 401);
  equal((await ask('GET', '/v2/app/manifests/v1', basic('ship', 'wrong'))).status, 401);
  equal((await ask('GET', '/v2/')).status, 401);
});

test('a right password is compared once, until its hash changes', async t => {
  const path = passwordFile(t, { ship: 'secret' });
  let compared = 0;
  const compare = async (password: string, hash: string): Promise<boolean> => {
    compared += 1;
    return await bcrypt.compare(password, hash);
  };
  const { check } = passwordsOf(watchHtpasswd(path), { compare, now: Date.now });
  for (let i = 0; i < 5; i++) ok(await check('ship', 'secret'));
  equal(compared, 1);
  for (let i = 0; i < 2; i++) equal(await check('ship', 'wrong'), false);
  equal(compared, 3);
  equal(await check('nobody', 'secret'), false);
  equal(compared, 4);
  writeFileSync(path, `ship:${hashOf('changed')}\n`);
  utimesSync(path, new Date(), new Date(Date.now() + 5000));
  equal(await check('ship', 'secret'), false);
  ok(await check('ship', 'changed'));
});

test('a remembered password is asked for again after ten minutes', async t => {
  let now = 0;
  let compared = 0;
  const compare = async (): Promise<boolean> => {
    compared += 1;
    return true;
  };
  const { check } = passwordsOf(watchHtpasswd(passwordFile(t, { ship: 'x' })), { compare, now: () => now });
  for (const at of [0, 599_000, 601_000]) {
    now = at;
    await check('ship', 'x');
  }
  equal(compared, 2);
});

test('too many passwords at once are refused', async t => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { check } = passwordsOf(watchHtpasswd(passwordFile(t, { ship: 'x' })), {
    compare: () => promise,
    now: Date.now,
  });
  const all = Array.from({ length: 100 }, (_, i) => check('ship', `${i}`).catch(error => error.message));
  await sleep(200);
  resolve(false);
  const outcomes = await Promise.all(all);
  ok(outcomes.includes('too many passwords to check'));
});

test('only bcrypt of a bearable cost is read, and the line that is wrong is named', () => {
  const hash = hashOf('x');
  deepEqual([...parseHtpasswd(`# a comment\n\nship:${hash}\r\n`, 'users')], [['ship', hash]]);
  throws(() => parseHtpasswd('ship:$apr1$abc$def', 'users'), /ship is not hashed with bcrypt/);
  throws(() => parseHtpasswd(`a:${hash}\nship`, 'users'), /line 2/);
  throws(() => parseHtpasswd(`ship:${hash.replace('$04$', '$31$')}`, 'users'), /cost of ship is 31/);
});

test('a password file that is missing or too large is told', async t => {
  await rejects(watchHtpasswd(join(testDirectory(t), 'none')).users(), /reading the passwords/);
  const large = join(testDirectory(t), 'large');
  writeFileSync(large, '#'.repeat(2 << 20));
  await rejects(watchHtpasswd(large).users(), /more than/);
});
