import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { type Ending, fail, scratch } from '../../core/store/testing/index.ts';
import { storedCredentials } from './auth-files.ts';
import { askHelper } from './helper.ts';
import { registrySettings } from './index.ts';
import { parseRegistriesFile } from './registries-file.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');

function file(t: Ending, name: string, content: string | object): string {
  const path = join(scratch(t), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** A directory with a credential helper that knows one server and notes what it was asked. */
function helper(t: Ending, name: string, script: string): Record<string, string> {
  const path = file(t, `docker-credential-${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${dirname(path)}:/usr/bin:/bin` };
}

test('credentials are found in the files of Docker, Podman and skopeo, under every spelling of their keys', async t => {
  const docker = file(t, 'config.json', {
    auths: {
      'https://index.docker.io/v1/': { auth: encoded('hub:pw') },
      'https://old.test/v2/': { auth: encoded('old:p:w') },
      'token.test': { auth: encoded('x:y'), identitytoken: 'idt' },
      'bearer.test': { registrytoken: 'raw' },
      'plain.test:5000': { username: 'u', password: 'p' },
      'empty.test': {},
    },
  });
  const podman = file(t, 'auth.json', {
    auths: { 'deep.test/team': { auth: encoded('team:1') }, 'deep.test': { auth: encoded('all:2') } },
  });
  const find = async (domain: string, path = 'team/app') =>
    await storedCredentials(
      { paths: [join(dirname(docker), 'none.json'), docker, podman], env: {} },
      domain,
      path,
    );
  assert.deepEqual(await find('docker.io'), { kind: 'basic', username: 'hub', password: 'pw' });
  assert.deepEqual(await find('old.test'), { kind: 'basic', username: 'old', password: 'p:w' });
  assert.deepEqual(await find('token.test'), { kind: 'identity', token: 'idt' });
  assert.deepEqual(await find('bearer.test'), { kind: 'bearer', token: 'raw' });
  assert.deepEqual(await find('plain.test:5000'), { kind: 'basic', username: 'u', password: 'p' });
  assert.deepEqual(await find('deep.test'), { kind: 'basic', username: 'team', password: '1' });
  assert.deepEqual(await find('deep.test', 'teams/app'), { kind: 'basic', username: 'all', password: '2' });
  for (const nobody of ['empty.test', 'evil-old.test', 'old.test.evil.test', '__proto__', 'constructor']) {
    assert.equal(await find(nobody), undefined, nobody);
  }
});

test('a file that cannot be read is an error that shows nothing of it', async t => {
  for (const text of [
    '{"auths":{"a.test":{"auth":"c2VjcmV0"}',
    '["c2VjcmV0"]',
    '{"auths":{"a.test":{"auth":"c2VjcmV0"}}}',
  ]) {
    const path = file(t, 'config.json', text);
    await assert.rejects(storedCredentials({ paths: [path], env: {} }, 'a.test', 'app'), error => {
      assert.ok(isSampanError(error, 'invalid') && error.message.includes(path));
      assert.ok(!/c2Vj|secret/.test(`${error.message}${String(error.cause)}`));
      return true;
    });
  }
  const large = file(t, 'config.json', ' '.repeat(2 << 20));
  await assert.rejects(storedCredentials({ paths: [large], env: {} }, 'a.test', 'app'), fail('limit'));
});

test('a credential helper is asked by its name for one server, and for the registry that it is set for', async t => {
  const env = helper(
    t,
    'test',
    `[ "$1" = get ] || exit 9; read server; case $server in
     a.test) echo '{"ServerURL":"a.test","Username":"alice","Secret":"s"}';;
     b.test) echo '{"Username":"<token>","Secret":"idt"}';;
     *) echo 'credentials not found in native keychain'; exit 1;; esac`,
  );
  assert.deepEqual(await askHelper('test', 'a.test', env), {
    kind: 'basic',
    username: 'alice',
    password: 's',
  });
  assert.deepEqual(await askHelper('test', 'b.test', env), { kind: 'identity', token: 'idt' });
  assert.equal(await askHelper('test', 'c.test', env), undefined);
  const paths = [
    file(t, 'config.json', {
      credsStore: 'missing',
      credHelpers: { 'a.test': 'test', 'c.test': 'test' },
      auths: { 'c.test': { auth: encoded('c:file') } },
    }),
  ];
  assert.equal((await storedCredentials({ paths, env }, 'a.test', 'app'))?.kind, 'basic');
  assert.deepEqual(await storedCredentials({ paths, env }, 'c.test', 'app'), {
    kind: 'basic',
    username: 'c',
    password: 'file',
  });
  await assert.rejects(
    storedCredentials({ paths, env }, 'z.test', 'app'),
    fail('unavailable', 'docker-credential-missing'),
  );
});

test('a helper that fails, babbles or has a strange name is an error that tells nothing of what it said', async t => {
  const quiet = (error: unknown): boolean => error instanceof Error && !error.message.includes('hunter2');
  const fails = helper(t, 'fails', 'echo hunter2; echo hunter2 >&2; exit 3');
  await assert.rejects(
    askHelper('fails', 'a.test', fails),
    error => quiet(error) && fail('unavailable', '3')(error),
  );
  const odd = helper(t, 'odd', 'echo hunter2');
  await assert.rejects(askHelper('odd', 'a.test', odd), error => quiet(error) && fail('invalid')(error));
  const endless = helper(t, 'endless', 'yes hunter2');
  await assert.rejects(
    askHelper('endless', 'a.test', endless),
    error => quiet(error) && fail('limit')(error),
  );
  const silent = helper(t, 'silent', 'sleep 100; true');
  await assert.rejects(askHelper('silent', 'a.test', silent, 200), fail('timeout', '0.2 s'));
  await assert.rejects(askHelper('../../bin/sh', 'a.test', {}), fail('invalid', 'credential helper'));
});

const YAML = `
mirrors:
  docker.io:
    endpoint: ["https://mirror.test:5000", "http://10.0.0.1:5000/proxy"]
  "*":
    endpoint: [cache.test]
configs:
  mirror.test:5000:
    auth: { username: u, password: "p" }
    tls: { ca_file: ca.pem, cert_file: /c.pem, key_file: k.pem }
  token.test:
    auth: { identity_token: idt }
    token_hosts: [login.test]
`;

test('registries.yaml says mirrors, credentials and certificates, as K3s writes it', async () => {
  const { mirrors, hosts } = await parseRegistriesFile(YAML, '/etc/sampan/registries.yaml');
  assert.deepEqual(
    [...mirrors].map(([domain, list]) => [domain, list.map(({ url }) => url.href)]),
    [
      ['docker.io', ['https://mirror.test:5000/', 'http://10.0.0.1:5000/proxy']],
      ['*', ['https://cache.test/']],
    ],
  );
  assert.deepEqual(hosts.get('mirror.test:5000'), {
    credentials: { kind: 'basic', username: 'u', password: 'p' },
    caFile: '/etc/sampan/ca.pem',
    certFile: '/c.pem',
    keyFile: '/etc/sampan/k.pem',
    tokenHosts: [],
  });
  assert.deepEqual(hosts.get('token.test')?.tokenHosts, ['login.test']);
});

for (const [what, text, expected] of [
  ['broken YAML', 'mirrors: [\nsecret: "hunter2', ['invalid', 'line']],
  ['a list', '- a', ['invalid', 'mapping']],
  ['mirrors that are none', 'mirrors: 3', ['invalid', 'mirrors']],
  ['an endpoint that is no address', 'mirrors: {a: {endpoint: ["ftp://x"]}}', ['invalid', 'address']],
  ['credentials in an address', 'mirrors: {a: {endpoint: ["https://u:hunter2@x"]}}', ['invalid', 'configs']],
  ['renaming', 'mirrors: {a: {rewrite: {x: y}}}', ['unsupported', 'rewrite']],
  [
    'servers that are not verified',
    'configs: {a: {tls: {insecure_skip_verify: true}}}',
    ['unsupported', 'verified'],
  ],
  [
    'a bomb',
    `a: &a [x,x]\n${'bcdefgh'.replace(/./g, c => `${c}: &${c} [${Array(9).fill(`*${String.fromCharCode(c.charCodeAt(0) - 1)}`)}]\n`)}`,
    ['invalid', 'aliases'],
  ],
] as const) {
  test(`${what} in registries.yaml is a clear error`, async () => {
    await assert.rejects(parseRegistriesFile(text, '/r.yaml'), error => {
      assert.ok(fail(...(expected as unknown as Parameters<typeof fail>))(error), String(error));
      return error instanceof Error && !error.message.includes('hunter2');
    });
  });
}

test('certificates come from the command line, from registries.yaml and from certs.d', async t => {
  const at = scratch(t);
  const directory = join(at, 'certs.d');
  mkdirSync(join(directory, 'r.test:5000'), { recursive: true });
  for (const name of ['ca.crt', 'client.cert', 'client.key', 'lonely.key']) {
    writeFileSync(join(directory, 'r.test:5000', name), `PEM ${name}`);
  }
  writeFileSync(join(at, 'own.pem'), 'PEM own');
  const settings = registrySettings({
    registriesFiles: [file(t, 'registries.yaml', YAML)],
    auth: { paths: [], env: {} },
    certificateDirectories: [join(at, 'none'), directory],
    caFiles: [join(at, 'own.pem')],
    isPlain: false,
  });
  assert.deepEqual(await settings.tlsFor('r.test:5000'), {
    ca: ['PEM own', 'PEM ca.crt'],
    cert: 'PEM client.cert',
    key: 'PEM client.key',
  });
  assert.deepEqual(await settings.tlsFor('r.test'), { ca: ['PEM own'] });
  await assert.rejects(settings.tlsFor('mirror.test:5000'), fail('not-found', 'ca.pem'));
  assert.deepEqual(
    [await settings.isPlain('10.0.0.1:5000'), await settings.isPlain('mirror.test:5000')],
    [true, false],
  );
  assert.equal((await settings.mirrorsOf('other.test'))[0]?.url.host, 'cache.test');
});
