import assert from 'node:assert/strict';
import test from 'node:test';
import { digestOf } from '../bytes/index.ts';
import { isSampanError } from '../errors/index.ts';
import { credentialKey, formatReference, normalName, parseReference, registryHost } from './reference.ts';

const DIGEST = digestOf('x');

for (const [text, whole, short] of [
  ['nginx', 'docker.io/library/nginx', 'nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27', 'nginx:1.27'],
  ['team/app', 'docker.io/team/app', 'team/app:latest'],
  ['docker.io/nginx:1', 'docker.io/library/nginx:1', 'nginx:1'],
  ['index.docker.io/library/nginx:1', 'docker.io/library/nginx:1', 'nginx:1'],
  ['localhost/app', 'localhost/app', 'localhost/app:latest'],
  ['localhost:5000/app:v1', 'localhost:5000/app:v1', 'localhost:5000/app:v1'],
  ['registry.example/a/b/c:x_1', 'registry.example/a/b/c:x_1', 'registry.example/a/b/c:x_1'],
  ['Host/app', 'Host/app', 'Host/app:latest'],
  [`app:1@${DIGEST}`, `docker.io/library/app:1@${DIGEST}`, `app:1@${DIGEST}`],
  [`app@${DIGEST}`, `docker.io/library/app@${DIGEST}`, `app@${DIGEST}`],
] as const) {
  test(`${text} is read as Docker reads it`, () => {
    assert.equal(formatReference(parseReference(text)), whole);
    assert.equal(normalName(text), short);
    assert.equal(normalName(normalName(text)), short);
  });
}

test('what is no name is a usage error with a remedy', () => {
  const texts = ['', ':', 'a:', 'A', 'a b', '/a', 'a/', 'a//b', '../x', 'a:b:c', 'x:-tag', 'a'.repeat(300)];
  for (const text of [...texts, `a:${'t'.repeat(129)}`, 'a\0b', 'héllo', 'host:port/app']) {
    assert.throws(
      () => parseReference(text),
      error => isSampanError(error, 'usage') && error.remedy !== undefined,
      text,
    );
  }
});

test('a digest that is none is refused', () => {
  assert.throws(() => parseReference('app@sha256:abc'), isSampanError);
});

test('a hostile name is refused at once', () => {
  const text = `${'a-'.repeat(50_000)}!`;
  assert.throws(() => parseReference(text), isSampanError);
});

test('only the domain of short names has a registry host and a credential key that differ from it', () => {
  const { domain } = parseReference('nginx');
  assert.equal(registryHost(domain), 'registry-1.docker.io');
  assert.equal(credentialKey(domain), 'https://index.docker.io/v1/');
  assert.equal(registryHost('localhost:5000'), 'localhost:5000');
  assert.equal(credentialKey('registry.example'), 'registry.example');
});
