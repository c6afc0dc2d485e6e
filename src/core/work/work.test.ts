import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isSampanError } from '../errors/index.ts';
import { currentOwner, isAlive, parseOwner } from './owner.ts';
import { killTree } from './processes.ts';
import { removeTree } from './remove.ts';
import { appendResource, readResources } from './resources.ts';
import { sweep } from './sweep.ts';
import { openWork } from './work.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sampan-work-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;
const freshBase = () => join(scratch, `base-${count++}`);
const root = process.getuid?.() === 0;

test('a work directory is private, and gone once disposed, twice', async () => {
  const base = freshBase();
  const work = await openWork(base);
  writeFileSync(join(work.path, 'file'), 'x');
  assert.deepEqual(readdirSync(base), [work.id]);
  await work[Symbol.asyncDispose]();
  await work[Symbol.asyncDispose]();
  assert.deepEqual(readdirSync(base), []);
});

test('a base that cannot be made is named', async () => {
  writeFileSync(join(scratch, 'file'), '');
  await assert.rejects(
    openWork(join(scratch, 'file/below')),
    error => isSampanError(error) && /file\/below/.test(error.message),
  );
});

test('a sweep leaves the work of the living alone', async () => {
  const base = freshBase();
  await using work = await openWork(base);
  assert.deepEqual(await sweep(base), { removed: [], problems: [] });
  assert.ok(existsSync(work.path));
});

test('a sweep of nothing does nothing', async () => {
  assert.deepEqual(await sweep(freshBase()), { removed: [], problems: [] });
});

test('a sweep removes the files and marked processes of a killed owner, also when two sweep at once', async () => {
  const base = freshBase();
  const helper = await leaveBehind(base);
  const [id = ''] = readdirSync(base);
  const reports = await Promise.all([sweep(base), sweep(base)]);
  assert.ok(reports.some(report => report.removed.includes(id)));
  assert.deepEqual(
    reports.flatMap(report => report.problems),
    [],
  );
  assert.deepEqual(readdirSync(base), []);
  assert.ok(['gone', 'Z'].includes(await settled(helper)));
});

test('a sweep touches nothing that is not a work directory', async () => {
  const base = freshBase();
  mkdirSync(join(base, 'photos'), { recursive: true });
  mkdirSync(join(base, '.new-young'));
  mkdirSync(join(base, '.new-old'));
  utimesSync(join(base, '.new-old'), 0, 0);
  symlinkSync('/etc', join(base, 's0123456789abcdef'));
  const { removed, problems } = await sweep(base);
  assert.deepEqual(removed, []);
  assert.equal(problems[0]?.code, 'denied');
  assert.deepEqual(readdirSync(base).sort(), ['.new-young', 'photos', 's0123456789abcdef']);
});

test('removing a tree unlinks links and leaves their targets', async () => {
  const [tree, outside] = [join(scratch, 'tree'), join(scratch, 'outside')];
  for (const path of [tree, outside]) mkdirSync(path);
  writeFileSync(join(outside, 'precious'), 'x');
  symlinkSync(outside, join(tree, 'link'));
  await removeTree(tree);
  await removeTree(tree);
  assert.ok(!existsSync(tree) && existsSync(join(outside, 'precious')));
});

test('removing a tree unmounts what is mounted in it, one on the other, and leaves what was mounted', async t => {
  if (!root) return t.skip('not root');
  const [tree, outside] = [join(scratch, 'mounted tree'), join(scratch, 'mounted outside')];
  for (const path of [join(tree, 'in side'), outside]) mkdirSync(path, { recursive: true });
  writeFileSync(join(outside, 'precious'), 'x');
  for (let round = 0; round < 2; round++) {
    const { status } = spawnSync('mount', ['--bind', outside, join(tree, 'in side')]);
    if (status !== 0) return t.skip('cannot mount here');
  }
  await removeTree(tree);
  assert.ok(!existsSync(tree));
  assert.equal(readFileSync(join(outside, 'precious'), 'utf8'), 'x');
});

test('an owner of another boot is dead, and one of another process number space may live', () => {
  const owner = currentOwner();
  assert.ok(isAlive(owner));
  assert.ok(!isAlive({ ...owner, bootId: 'another' }));
  assert.ok(!isAlive({ ...owner, startTime: '1' }));
  assert.ok(isAlive({ ...owner, pid: 999_999_999, namespace: 'pid:[1]' }));
  assert.deepEqual(parseOwner(JSON.stringify(owner)), owner);
  for (const text of ['', '{}', 'null', '[1]', '{"pid":"1"}']) assert.equal(parseOwner(text), undefined);
});

test('resources are read back, but not what is cut off, unknown, or points elsewhere', () => {
  const directory = mkdtempSync(join(scratch, 'list-'));
  const group = { kind: 'cgroup', group: '/sampan-s1' } as const;
  const runtime = { kind: 'runtime', program: '/usr/bin/runc', root: '/x', id: 's1' } as const;
  for (const resource of [group, runtime, { kind: 'docker', socket: '/s' }] as const)
    appendResource(directory, resource);
  const hostile = [
    '{"kind":"cgroup","group":"/"}',
    '{"kind":"cgroup","group":"/sampan-/../system.slice"}',
    '{"kind":"bomb"}',
    'null',
  ];
  writeFileSync(join(directory, 'resources.jsonl'), `${hostile.join('\n')}\n{"kind":"docker","sock`, {
    flag: 'a',
  });
  assert.deepEqual(readResources(directory), [group, runtime, { kind: 'docker', socket: '/s' }]);
});

test('a process is killed with its descendants', async () => {
  const child = spawn('sh', ['-c', 'setsid sleep 4321 & echo $!; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(child.stdout, 'data');
  const over = once(child, 'exit');
  assert.ok(killTree(child.pid ?? 0));
  await over;
  assert.ok(['gone', 'Z'].includes(await settled(Number(line))));
  assert.ok(!killTree(0));
});

async function settled(pid: number): Promise<string> {
  for (let round = 0; round < 200; round++) {
    if (['gone', 'Z'].includes(readState(pid))) break;
    await new Promise(done => setTimeout(done, 5));
  }
  return readState(pid);
}

/** A process that opens a work directory, starts a marked helper, and is killed. Returns the helper's number. */
async function leaveBehind(base: string): Promise<number> {
  const module = fileURLToPath(new URL('./index.ts', import.meta.url));
  const script = `
    import { openWork } from ${JSON.stringify(module)};
    import { spawn } from 'node:child_process';
    const work = await openWork(${JSON.stringify(base)});
    work.record({ kind: 'processes' });
    const child = spawn('sleep', ['4321'], { env: work.childEnvironment, detached: true, stdio: 'ignore' });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  return Number(line);
}

function readState(pid: number): string {
  try {
    return /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
  } catch {
    return 'gone';
  }
}
