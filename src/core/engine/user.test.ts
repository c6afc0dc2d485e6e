import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { readInside, resolveInside } from './rootfs.ts';
import { resolveUser } from './user.ts';

const root = mkdtempSync(join(tmpdir(), 'sampan-user-'));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'etc'));
mkdirSync(join(root, 'a/b'), { recursive: true });
writeFileSync(
  join(root, 'etc/passwd'),
  'root:x:0:0::/root:/bin/sh\nbad:x:-1:0::/:\n\n::::\napp:x:10:20:An App:/srv:/bin/sh\nbig:x:4294967295:0::/:\n',
);
writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww:x:20:\nusb:x:30:other,app\n7:x:31:app\n');

test('a user is found by name and by number, with home and groups', () => {
  const app = { uid: 10, gid: 20, groups: [20, 30, 31], home: '/srv' };
  assert.deepEqual(resolveUser(root, 'app'), app);
  assert.deepEqual(resolveUser(root, '10'), app);
  assert.deepEqual(resolveUser(root, ''), { uid: 0, gid: 0, groups: [0], home: '/root' });
});

test('a given group replaces all others', () => {
  assert.deepEqual(resolveUser(root, 'app:usb'), { uid: 10, gid: 30, groups: [30], home: '/srv' });
  assert.deepEqual(resolveUser(root, '10:99'), { uid: 10, gid: 99, groups: [99], home: '/srv' });
  // A group that is named with digits is found by its name first, as Docker does.
  assert.equal(resolveUser(root, '10:7').gid, 31);
});

test('a number needs no entry, a name does', () => {
  assert.deepEqual(resolveUser(root, '55'), { uid: 55, gid: 0, groups: [0], home: '/' });
  for (const name of ['ghost', 'bad', 'big', '1x']) {
    assert.throws(
      () => resolveUser(root, name),
      error => isSampanError(error, 'not-found') && error.message.includes(name),
    );
  }
  assert.throws(
    () => resolveUser(root, 'app:ghost'),
    error => isSampanError(error, 'not-found'),
  );
});

test('numbers out of range are refused', () => {
  for (const user of ['-1', '2147483648', '0:99999999999', '99999999999999999999']) {
    assert.throws(
      () => resolveUser(root, user),
      error => isSampanError(error, 'invalid'),
    );
  }
});

test('a root file system without databases has users by number alone', () => {
  assert.deepEqual(resolveUser(join(root, 'a'), '5:6'), { uid: 5, gid: 6, groups: [6], home: '/' });
  assert.throws(
    () => resolveUser(join(root, 'a'), 'root'),
    error => isSampanError(error, 'not-found'),
  );
});

test('links lead nowhere but inside', () => {
  symlinkSync('/a', join(root, 'abs'));
  symlinkSync('../../../../a/b', join(root, 'a/up'));
  symlinkSync('loop', join(root, 'loop'));
  assert.equal(resolveInside(root, '/abs/b'), join(root, 'a/b'));
  assert.equal(resolveInside(root, 'a/up/..'), join(root, 'a'));
  assert.equal(resolveInside(root, '/../../..'), root);
  for (const path of ['/loop', '/nothing', '/abs/nothing'])
    assert.equal(resolveInside(root, path), undefined);
});

test('a database that is a link to the host, a directory, or too large is not read', () => {
  symlinkSync('/../../../../../../../../etc/hostname', join(root, 'escape'));
  assert.equal(readInside(root, '/escape', 100), '');
  assert.equal(readInside(root, '/a', 100), '');
  assert.throws(
    () => readInside(root, '/etc/passwd', 10),
    error => isSampanError(error, 'limit'),
  );
});
