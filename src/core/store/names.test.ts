import assert from 'node:assert/strict';
import test from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { parseImageName } from './names.ts';

for (const [text, wanted] of [
  ['nginx', { transport: 'any', name: 'nginx' }],
  ['registry.example:5000/a/b:1', { transport: 'any', name: 'registry.example:5000/a/b:1' }],
  ['app:1', { transport: 'any', name: 'app:1' }],
  ['store:app:1', { transport: 'store', name: 'app:1' }],
  ['docker-daemon:nginx:1.27', { transport: 'docker-daemon', name: 'nginx:1.27' }],
  ['docker-archive:a.tar', { transport: 'docker-archive', path: 'a.tar' }],
  ['docker-archive:/x/a.tar:b/c:2', { transport: 'docker-archive', path: '/x/a.tar', reference: 'b/c:2' }],
  ['docker-archive:a.tar:@1', { transport: 'docker-archive', path: 'a.tar', reference: '@1' }],
  ['oci-archive:a.tar:t', { transport: 'oci-archive', path: 'a.tar', reference: 't' }],
  ['oci:dir', { transport: 'oci', path: 'dir' }],
  ['oci:dir:t', { transport: 'oci', path: 'dir', reference: 't' }],
  ['dir:/rootfs', { transport: 'dir', path: '/rootfs' }],
  ['docker://nginx:1', { transport: 'docker', name: 'nginx:1' }],
  ['./nginx', { transport: 'path', path: './nginx' }],
  ['/a', { transport: 'path', path: '/a' }],
  ['../a', { transport: 'path', path: '../a' }],
  ['image.tar', { transport: 'path', path: 'image.tar' }],
  ['image.tar.gz:app:1', { transport: 'path', path: 'image.tar.gz', reference: 'app:1' }],
  ['docker:dind', { transport: 'any', name: 'docker:dind' }],
  ['dir', { transport: 'any', name: 'dir' }],
] as const) {
  test(`${text} is read`, () => {
    assert.deepEqual(parseImageName(text), wanted);
  });
}

test('empty names and names with a zero byte are usage errors', () => {
  for (const text of ['', 'store:', 'docker-daemon:', 'oci:', 'dir:', 'docker://', 'a\0b']) {
    assert.throws(
      () => parseImageName(text),
      error => isSampanError(error, 'usage'),
      text,
    );
  }
});
