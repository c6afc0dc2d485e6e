import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundingCapabilities } from './capabilities.ts';
import { processObject } from './config.ts';
import { planLimits } from './limits.ts';
import { seccompProfile } from './seccomp.ts';

test('only root holds capabilities', () => {
  const user = { uid: 5, gid: 5, groups: [5], home: '/' };
  const base = { args: ['x'], env: [], cwd: '/', capabilities: ['KILL'] };
  const held = (uid: number) => JSON.stringify(processObject({ ...base, user: { ...user, uid } }));
  assert.match(
    held(0),
    /"bounding":\["CAP_KILL"\],"permitted":\["CAP_KILL"\],"effective":\["CAP_KILL"\],"inheritable":\[\]/,
  );
  assert.match(
    held(5),
    /"bounding":\["CAP_KILL"\],"permitted":\[\],"effective":\[\],"inheritable":\[\],"ambient":\[\]/,
  );
});

test('the bounding set is read from its mask', () => {
  assert.deepEqual(boundingCapabilities('CapBnd:\t0000000000000021\n'), ['CHOWN', 'KILL']);
  assert.equal(boundingCapabilities('CapBnd:\t000001ffffffffff\n').length, 41);
  assert.deepEqual(boundingCapabilities(''), []);
});

test('the seccomp profile allows what Docker allows, and more with a capability', () => {
  const allowed = (capabilities: string[], machine = 'amd64') =>
    seccompProfile(machine, capabilities)?.syscalls[0]?.names ?? [];
  const plain = allowed([]);
  for (const name of ['read', 'openat', 'execve', 'ptrace', 'arch_prctl'])
    assert.ok(plain.includes(name), name);
  for (const name of [
    'mount',
    'bpf',
    'clone',
    'clone3',
    'keyctl',
    'kexec_load',
    'io_uring_setup',
    'chroot',
    'personality',
    'socket',
  ]) {
    assert.ok(!plain.includes(name), name);
  }
  assert.ok(allowed(['SYS_CHROOT']).includes('chroot') && allowed(['SYS_ADMIN']).includes('clone3'));
  assert.ok(allowed([], 'arm').includes('cacheflush'));
  assert.equal(new Set(plain).size, plain.length);
  assert.equal(seccompProfile('vax', []), undefined);
});

test('the flags of clone are where the machine has them', () => {
  const index = (machine: string) =>
    seccompProfile(machine, [])?.syscalls.find(rule => rule.names[0] === 'clone')?.args?.[0]?.index;
  assert.equal(index('amd64'), 0);
  assert.equal(index('s390x'), 1);
});

test('limits that cannot be given are told, not dropped in silence', () => {
  const none = { version: 0, controllers: {}, unified: undefined } as const;
  const plan = planLimits(none, '/sampan-x', { memoryBytes: 5, cpus: 1, pids: 3 });
  assert.equal(plan.grouped, false);
  assert.equal(plan.warnings.length, 3);
  assert.deepEqual(Object.keys(plan.resources), ['devices']);
  assert.deepEqual(planLimits(none, '/sampan-x', {}).warnings, []);
});
