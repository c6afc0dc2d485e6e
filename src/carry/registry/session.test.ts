import assert from 'node:assert/strict';
import test from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { openSource } from '../../core/store/index.ts';
import { fail, testContext } from '../../core/store/testing/index.ts';
import { startServer, testWaiting } from '../http/testing/index.ts';
import { parseChallenges } from './challenge.ts';
import { openRegistries } from './index.ts';
import { mayTell } from './realm.ts';
import { bodyOf, type FakeCall, fakeRegistry, putFakeImage, testTools } from './testing/index.ts';
import type { Credentials } from './types.ts';

const USER: Credentials = { kind: 'basic', username: 'alice', password: 'hunter2' };
const BASIC = `Basic ${Buffer.from('alice:hunter2').toString('base64')}`;

test('challenges are read as they are written, and hostile ones end', () => {
  assert.deepEqual(
    parseChallenges('Bearer realm="https://a.test/t?x=1",service="s, t",scope="repository:a:pull,push"'),
    [
      {
        scheme: 'bearer',
        parameters: { realm: 'https://a.test/t?x=1', service: 's, t', scope: 'repository:a:pull,push' },
      },
    ],
  );
  const two = parseChallenges('Basic realm="a \\"b\\"", charset=UTF-8 , BEARER realm=https://a.test/');
  assert.deepEqual(
    two.map(each => each.scheme),
    ['basic', 'bearer'],
  );
  assert.deepEqual(two[0]?.parameters, { realm: 'a "b"', charset: 'UTF-8' });
  assert.deepEqual(parseChallenges(undefined), []);
  for (const hostile of [
    ',,,,',
    '"',
    'Bearer realm="',
    `Bearer ${'a='.repeat(10_000)}`,
    ' '.repeat(100_000),
  ]) {
    assert.ok(parseChallenges(hostile).length <= 8);
  }
});

test('credentials are told to a host of the same organisation and to no other', () => {
  const told = (registry: string, realm: string, allowed: readonly string[] = []): boolean =>
    mayTell(new URL(`https://${registry}`), new URL(`https://${realm}`), allowed);
  assert.ok(told('registry.example.com', 'registry.example.com'));
  assert.ok(told('registry-1.example.io', 'auth.example.io'));
  assert.ok(told('127.0.0.1:5000', '127.0.0.1:5001'));
  assert.ok(!told('127.0.0.1:5000', '127.0.0.2:5000'));
  assert.ok(!told('registry.example.com', 'evil.test'));
  assert.ok(!told('registry.example.com', 'example.com.evil.test'));
  assert.ok(!told('shop.co.uk', 'evil.co.uk'));
  assert.ok(told('registry.shop.co.uk', 'auth.shop.co.uk'));
  assert.ok(!told('registry', 'auth'));
  assert.ok(told('registry.example.com', 'login.test', ['login.test']));
});

/** Lets through only who has that token; the way to it is the realm. */
function guarded(realm: () => string, tokens: ReadonlySet<string>): (call: FakeCall) => boolean {
  return ({ request, response }) => {
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && tokens.has(token)) return false;
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm()}/token",service="reg"` }).end();
    return true;
  };
}

test('a token is asked for once for each scope, renewed when it ends or is refused', async t => {
  const tokens = new Set<string>();
  let given = 0;
  const authority = await startServer(t, (_, response) => {
    given += 1;
    tokens.add(`t${given}`);
    response.end(JSON.stringify({ token: `t${given}`, expires_in: 100 }));
  });
  const registry = await fakeRegistry(
    t,
    guarded(() => authority.origin, tokens),
  );
  putFakeImage(registry, 'team/app:1');
  const waiting = testWaiting();
  const tools = testTools({ credentialsFor: async () => USER }, { waiting });
  const registries = openRegistries(tools);
  const repository = await registries.repository(`${registry.host}/team/app`);
  const ask = async (): Promise<number> => {
    const response = await repository.call({ method: 'GET', at: 'manifests/1' });
    response.close();
    return response.status;
  };
  assert.deepEqual([await ask(), await ask(), given], [200, 200, 1]);
  assert.equal(
    authority.seen[0]?.path,
    '/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull&account=alice',
  );
  assert.equal(authority.seen[0]?.headers.authorization, BASIC);
  await waiting.sleep(95_000);
  assert.deepEqual([await ask(), given], [200, 2]);
  tokens.clear();
  assert.deepEqual([await ask(), given], [200, 3]);
  assert.ok(
    registry.seen.every(({ headers }) => headers.authorization !== BASIC),
    'the registry got the password',
  );
});

test('an identity token is exchanged, a bearer token is sent as it is, a password where it is asked for', async t => {
  const forms: string[] = [];
  const authority = await startServer(t, async (request, response) => {
    forms.push((await bodyOf(request)).toString());
    response.end(JSON.stringify({ access_token: 'good' }));
  });
  const registry = await fakeRegistry(
    t,
    guarded(() => authority.origin, new Set(['good'])),
  );
  putFakeImage(registry, 'app:1');
  const find = async (credentials: Credentials, host = registry.host): Promise<void> => {
    const tools = testTools({ credentialsFor: async () => credentials });
    const context = await testContext(t, { registries: openRegistries(tools) });
    await using _ = await openSource(`docker://${host}/app:1`, context);
  };
  await find({ kind: 'identity', token: 'idt' });
  assert.match(
    forms[0] ?? '',
    /grant_type=refresh_token&refresh_token=idt&client_id=sampan&service=reg&scope=/,
  );
  await find({ kind: 'bearer', token: 'good' });
  assert.equal(forms.length, 1);
  const old = await fakeRegistry(t, ({ request, response }) => {
    if (request.headers.authorization === BASIC) return false;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    return true;
  });
  putFakeImage(old, 'app:1');
  await find(USER, old.host);
  await assert.rejects(find({ ...USER, password: 'wrong' }, old.host), fail('denied', 'refused it'));
});

test('a registry that sends one to a stranger for a token gets no credentials told', async t => {
  const stranger = await startServer(t, (_, response) => response.end('{"token":"x"}'));
  const realm = stranger.origin.replace('127.0.0.1', 'localhost');
  const registry = await fakeRegistry(
    t,
    guarded(() => realm, new Set(['x'])),
  );
  putFakeImage(registry, 'app:1');
  const name = `docker://${registry.host}/app:1`;
  const withUser = openRegistries(testTools({ credentialsFor: async () => USER }));
  await assert.rejects(openSource(name, await testContext(t, { registries: withUser })), error => {
    assert.ok(isSampanError(error, 'denied') && error.message.includes('does not belong to it'));
    assert.ok(error.remedy?.includes('token_hosts'));
    return true;
  });
  assert.equal(stranger.seen.length, 0);
  await using _ = await openSource(name, await testContext(t, { registries: openRegistries(testTools()) }));
  assert.equal(stranger.seen[0]?.headers.authorization, undefined);
});

test('neither a redirected blob nor an upload elsewhere takes credentials along, nor asks for them', async t => {
  const elsewhere = await startServer(t, (request, response) => {
    if (request.url === '/tempting') {
      response.writeHead(401, { 'www-authenticate': `Basic realm="give"` }).end();
    } else response.end(bytes);
  });
  let target = '/blob?sig=1';
  const registry = await fakeRegistry(t, ({ request, response, url }) => {
    if (request.headers.authorization !== BASIC) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      return true;
    }
    if (url.pathname.includes('/blobs/') && request.method === 'GET') {
      response.writeHead(307, { location: `${elsewhere.origin}${target}` }).end();
      return true;
    }
    return false;
  });
  const { layer, tar: bytes, root } = putFakeImage(registry, 'app:1');
  const context = await testContext(t, {
    registries: openRegistries(testTools({ credentialsFor: async () => USER })),
  });
  const found = await context.registries?.find(`${registry.host}/app:1`, context);
  assert.equal(found?.root.digest, root.digest);
  for await (const chunk of found?.source.open(layer) ?? []) assert.deepEqual(Buffer.from(chunk), bytes);
  target = '/tempting';
  await assert.rejects(async () => {
    for await (const _ of found?.source.open(layer) ?? []);
  }, fail('denied'));
  assert.ok(elsewhere.seen.length >= 2);
  assert.ok(elsewhere.seen.every(({ headers }) => headers.authorization === undefined));
});

for (const [what, answer, code] of [
  ['a refusal', [401, '{}'], 'denied'],
  ['too many requests', [429, '{}'], 'limit'],
  ['a failure', [500, 'oops'], 'unavailable'],
  ['a page', [200, '<html>'], 'invalid'],
  ['no token', [200, '{"token":1}'], 'invalid'],
  ['a token that breaks headers', [200, JSON.stringify({ token: 'a\r\nx: y' })], 'invalid'],
  ['a token without end', [200, 'x'.repeat(1 << 19)], 'limit'],
] as const) {
  test(`${what} in place of a token is an error that shows no password`, async t => {
    const authority = await startServer(t, (_, response) => response.writeHead(answer[0]).end(answer[1]));
    const registry = await fakeRegistry(
      t,
      guarded(() => authority.origin, new Set()),
    );
    const tools = testTools({ credentialsFor: async () => USER });
    const context = await testContext(t, { registries: openRegistries(tools) });
    await assert.rejects(openSource(`docker://${registry.host}/app:1`, context), error => {
      assert.ok(isSampanError(error, code), String(error));
      for (let at: unknown = error; at instanceof Error; at = at.cause) {
        assert.ok(!/hunter2|aHVudGVy|YWxpY2U/.test(at.message), at.message);
      }
      return true;
    });
  });
}
