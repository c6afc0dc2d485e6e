import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Engine, hostArchitecture } from '../engine/index.ts';
import { isSampanError } from '../errors/index.ts';
import { runcEngine } from './engine.ts';
import { findInit, isStatic } from './init.ts';
import { findProgram } from './runtime.ts';

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const busybox = findProgram('busybox', SEARCH_PATH);
const ready =
  process.getuid?.() === 0 && busybox !== undefined && findProgram('runc', SEARCH_PATH) !== undefined;
const skip = ready ? false : 'needs root, runc and busybox';
const scratch = mkdtempSync(join(tmpdir(), 'sampan-gate-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const root = join(scratch, 'root');
const open = async (): Promise<Engine> =>
  await runcEngine({ base: join(scratch, 'base'), searchPath: SEARCH_PATH });
const spec = { rootfs: root, env: [], user: '', workingDirectory: '/', architecture: hostArchitecture() };

test('the program has not run before the caller is ready, and keeps its process number', {
  skip,
}, async () => {
  makeRoot();
  const engine = await open();
  const mark = join(root, 'mark');
  let seen = 0;
  const beforeStart = async (pid: number) => {
    seen = pid;
    await new Promise(done => setTimeout(done, 100));
    assert.throws(() => readFileSync(mark), /ENOENT/);
  };
  await using container = await engine.start(
    { ...spec, args: ['/busybox', 'touch', '/mark'] },
    { beforeStart },
  );
  assert.equal(container.pid, seen);
  assert.equal((await container.wait()).code, 0);
  assert.equal(readFileSync(mark, 'utf8'), '');
});

test('a caller that fails in between leaves nothing', { skip }, async () => {
  makeRoot();
  const engine = await open();
  const beforeStart = () => Promise.reject(new Error('no tracer'));
  await assert.rejects(
    engine.start({ ...spec, args: ['/busybox', 'sleep', '9'] }, { beforeStart }),
    error => {
      return isSampanError(error) && /no tracer/.test(error.message);
    },
  );
});

test('an init reaps what the program orphans', {
  skip: skip || (hasInit() ? false : 'there is no static init'),
}, async () => {
  makeRoot();
  const engine = await open();
  const args = ['/busybox', 'sh', '-c', '/busybox ps'];
  await using container = await engine.start({ ...spec, args, init: true });
  assert.equal((await container.wait()).code, 0);
  assert.match((await container.output()).stdout, / 1 [^\n]*\/dev\/init --/);
});

test('tells static programs from dynamic ones', {
  skip: busybox === undefined ? 'there is no busybox' : false,
}, () => {
  assert.equal(isStatic(process.execPath), false);
  assert.equal(isStatic(busybox ?? ''), true);
  const lie = join(scratch, 'lie');
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01', 'latin1');
  head.writeBigUInt64LE(2n ** 60n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(65535, 56);
  writeFileSync(lie, head);
  for (const path of [lie, '/nowhere', '/etc/passwd']) assert.equal(isStatic(path), false);
});

function makeRoot(): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  copyFileSync(busybox ?? '', join(root, 'busybox'));
}

function hasInit(): boolean {
  try {
    return findInit(SEARCH_PATH) !== '';
  } catch {
    return false;
  }
}
