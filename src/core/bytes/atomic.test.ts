import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { removeStale, temporaryName, writeAtomically } from './atomic.ts';
import { isMarkAlive, processMark } from './process-mark.ts';

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-atomic-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function* text(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('no more');
}

test('a file is written whole, and directories above it are made', async t => {
  const path = join(directory(t), 'a', 'b');
  assert.equal(await writeAtomically(path, text('one ', 'two')), 7);
  assert.equal(readFileSync(path, 'utf8'), 'one two');
});

test('when the stream throws, the old file stays and nothing else is there', async t => {
  const at = directory(t);
  writeFileSync(join(at, 'x'), 'old');
  await assert.rejects(writeAtomically(join(at, 'x'), failing()), /no more/);
  assert.deepEqual(readdirSync(at), ['x']);
  assert.equal(readFileSync(join(at, 'x'), 'utf8'), 'old');
});

test('when the signal fires in the middle, nothing is left', async t => {
  const at = directory(t);
  const abort = new AbortController();
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    abort.abort();
    yield Buffer.from('rest');
  };
  await assert.rejects(writeAtomically(join(at, 'x'), stream(), { signal: abort.signal }), error =>
    isSampanError(error, 'cancelled'),
  );
  assert.deepEqual(readdirSync(at), []);
});

test('a directory that cannot be written is an error that names it', async t => {
  const at = directory(t);
  writeFileSync(join(at, 'file'), '');
  await assert.rejects(writeAtomically(join(at, 'file', 'x'), text('a')), error => {
    assert.ok(isSampanError(error));
    assert.ok(error.message.includes(join(at, 'file')));
    return true;
  });
});

test('a full disk is no-space with a remedy, and nothing is left', async t => {
  if (process.getuid?.() !== 0) return t.skip('only root can mount a small file system');
  const at = directory(t);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', at]);
  if (mount.status !== 0) return t.skip(`a small file system cannot be mounted: ${mount.stderr}`);
  try {
    const large = text(...Array.from({ length: 64 }, () => 'x'.repeat(4096)));
    await assert.rejects(writeAtomically(join(at, 'x'), large), error => {
      return isSampanError(error, 'no-space') && error.remedy !== undefined;
    });
    assert.deepEqual(readdirSync(at), []);
  } finally {
    execFileSync('umount', [at]);
  }
});

test('files of dead processes are removed; those of live ones and others stay', async t => {
  const at = directory(t);
  const dead = spawnSync(process.execPath, ['-e', 'console.log(process.pid)']);
  const gone = `.${dead.stdout.toString().trim()}-123.0123456789ab.part`;
  const kept = [temporaryName(), 'data', '.hidden.part'].sort();
  for (const name of [gone, ...kept]) writeFileSync(join(at, name), '');
  await removeStale(at);
  assert.deepEqual(readdirSync(at).sort(), kept);
  await removeStale(join(at, 'nowhere'));
});

test('a mark is alive only for the very process that made it', () => {
  assert.ok(isMarkAlive(processMark()));
  assert.ok(!isMarkAlive(`${process.pid}-1`));
  for (const text of ['', '1', 'x-y', '-1-2', '99999999999999-1']) assert.ok(!isMarkAlive(text));
});

test('small and large chunks arrive in their order, and empty ones do no harm', async t => {
  const path = join(directory(t), 'file');
  const sizes = [...Array.from({ length: 3000 }, () => 1), 70_000, 600_000, 3, 524_288, 0, 5];
  const chunks = sizes.map((size, i) => Buffer.alloc(size, i));
  async function* content(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const wanted = Buffer.concat(chunks);
  assert.equal(await writeAtomically(path, content()), wanted.length);
  assert.ok(readFileSync(path).equals(wanted));
});
