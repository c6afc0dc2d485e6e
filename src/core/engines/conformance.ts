import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Container,
  type Engine,
  hostArchitecture,
  type RunSpec,
  type StartOptions,
} from '../engine/index.ts';
import { isSampanError } from '../errors/index.ts';
import { mountsBelow } from '../work/index.ts';
import { BUSYBOX, makeTestRoot } from './test-root.ts';

/** What an engine is tested with. */
export interface Subject {
  readonly name: string;
  /** The engine, or the reason why it cannot be tested here. */
  open(base: string): Promise<Engine | string>;
  /** The names of what is left of a run outside its work directory: containers, images. */
  remains(id: string): Promise<readonly string[]>;
}

/** A test's way to run things. */
export interface Bench {
  /** Starts on a root file system of its own; all is disposed after the suite. */
  start(spec: Partial<RunSpec>, options?: StartOptions): Promise<Container>;
  /** Runs a shell script to its end; returns what it printed. */
  shell(script: string, spec?: Partial<RunSpec>): Promise<string>;
  readonly rootfs: string;
  readonly base: string;
}

/** Opens a subject for a suite; each test begins with `bench(t)`, which skips aloud where it cannot run. */
export function benchFor(subject: Subject): (t: { skip(reason: string): void }) => Bench | undefined {
  const root = BUSYBOX === undefined ? undefined : makeTestRoot();
  const base = mkdtempSync(join(tmpdir(), 'sampan-base-'));
  const started: Container[] = [];
  let engine: Engine | string = 'not opened';
  before(async () => {
    engine = root === undefined ? 'there is no busybox' : await subject.open(base);
  });
  after(async () => {
    for (const container of started) await container[Symbol.asyncDispose]();
    root?.[Symbol.dispose]();
    rmSync(base, { recursive: true, force: true });
  });
  return t => {
    if (typeof engine === 'string') {
      t.skip(`${subject.name}: ${engine}`);
      return undefined;
    }
    return makeBench(engine, { rootfs: root?.path ?? '', base, started });
  };
}

function makeBench(
  engine: Engine,
  parts: { readonly rootfs: string; readonly base: string; readonly started: Container[] },
): Bench {
  const { rootfs, base, started } = parts;
  const architecture = hostArchitecture();
  const plain = { rootfs, env: [], workingDirectory: '/', user: '', args: ['true'], architecture };
  const start = async (spec: Partial<RunSpec>, options: StartOptions = {}) => {
    const container = await engine.start({ ...plain, ...spec }, options);
    started.push(container);
    return container;
  };
  const shell = async (script: string, spec: Partial<RunSpec> = {}) => {
    await using container = await start({ ...spec, args: ['sh', '-c', script] });
    await container.wait();
    const output = await container.output();
    return output.stdout + output.stderr;
  };
  return { start, shell, rootfs, base };
}

/** The behaviour that every engine has in common. */
export function engineConformance(subject: Subject): void {
  describe(`${subject.name}: what a program sees`, () => describeSurroundings(benchFor(subject)));
  describe(`${subject.name}: how a program ends`, () => describeEnds(benchFor(subject)));
  describe(`${subject.name}: limits and confinement`, () => describeLimits(benchFor(subject)));
  describe(`${subject.name}: exec and ports`, () => describeAccess(benchFor(subject)));
  describe(`${subject.name}: what is left`, () => describeRemains(benchFor(subject), subject));
}

type Open = ReturnType<typeof benchFor>;

function describeSurroundings(open: Open): void {
  it('gives the environment that Docker gives', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const text = await bench.shell('env', { hostname: 'boat', env: ['A=1 2'], user: 'app' });
    const lines = text.split('\n');
    for (const line of ['HOSTNAME=boat', 'HOME=/home/app', 'A=1 2']) assert.ok(lines.includes(line), text);
    assert.ok(lines.includes('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'), text);
  });
  it('leaves what the environment sets alone', async t => {
    const text = await open(t)?.shell('/bin/echo $HOME $PATH $HOSTNAME', {
      env: ['PATH=/bin', 'HOME=/x', 'HOSTNAME=y'],
    });
    if (text !== undefined) assert.equal(text, '/x /bin y\n');
  });
  it('sets the host name', async t => {
    const text = await open(t)?.shell('hostname; cat /etc/hostname', { hostname: 'boat' });
    if (text !== undefined) assert.equal(text, 'boat\nboat\n');
  });
  it('knows users by name, by number, and with a group', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const ids = async (user: string) => await bench.shell('echo $(id -u) $(id -g) $(id -G)', { user });
    assert.equal(await ids(''), '0 0 0\n');
    assert.equal(await ids('app'), '1000 1001 1001 2000\n');
    assert.equal(await ids('1000'), '1000 1001 1001 2000\n');
    assert.equal(await ids('1000:2000'), '1000 2000 2000\n');
    assert.equal(await ids('77:88'), '77 88 88\n');
  });
  it('names a user that is not there', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await assert.rejects(
      bench.start({ user: 'nobody2' }),
      e => isSampanError(e, 'not-found') && /nobody2/.test(e.message),
    );
  });
  it('makes the working directory', async t => {
    const text = await open(t)?.shell('pwd', { workingDirectory: '/data/made/deep', user: 'app' });
    if (text !== undefined) assert.equal(text, '/data/made/deep\n');
  });
  it('lands what is written in the root file system', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await bench.shell('echo kept > /data/written');
    assert.equal(readFileSync(join(bench.rootfs, 'data/written'), 'utf8'), 'kept\n');
  });
  it('lets nothing be written to a read-only root', async t => {
    const text = await open(t)?.shell('touch /data/x /etc/x 2>&1; echo $?', { readOnly: true });
    if (text !== undefined) assert.match(text, /Read-only file system[\s\S]*1\n/);
  });
  it('mounts what it is told', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const file = join(bench.base, 'mounted.txt');
    writeFileSync(file, 'from outside\n');
    const mounts = [{ source: file, target: '/etc/in/side.txt', readOnly: true }];
    assert.match(
      await bench.shell('cat /etc/in/side.txt; echo x > /etc/in/side.txt', { mounts }),
      /^from outside\n.*Read-only/,
    );
  });
}

function describeEnds(open: Open): void {
  it('passes on the exit status', async t => {
    const container = await open(t)?.start({ args: ['sh', '-c', 'exit 42'] });
    if (container !== undefined) assert.deepEqual(await container.wait(), { code: 42, oomKilled: false });
  });
  it('says 128 and the number for a signal', async t => {
    const container = await open(t)?.start({
      args: ['sh', '-c', 'trap - TERM; sleep 100 & wait'],
      init: true,
    });
    if (container === undefined) return;
    await container.signal('SIGTERM');
    assert.deepEqual(await container.wait(), { code: 143, oomKilled: false });
    await container.signal('SIGTERM');
  });
  it('stops with grace', async t => {
    const container = await open(t)?.start({
      args: ['sh', '-c', 'trap "echo bye; exit 3" TERM; echo up; sleep 100 & wait'],
    });
    if (container === undefined) return;
    await printed(container, 'up');
    assert.equal((await container.stop({ signal: 'TERM', graceMs: 10_000 })).code, 3);
    assert.equal((await container.output()).stdout, 'up\nbye\n');
  });
  it('kills what does not stop in its grace', async t => {
    const container = await open(t)?.start({ args: ['sh', '-c', 'trap "" TERM; echo up; sleep 100'] });
    if (container === undefined) return;
    await printed(container, 'up');
    assert.deepEqual(await container.stop({ signal: 'SIGTERM', graceMs: 100 }), {
      code: 137,
      oomKilled: false,
    });
  });
  it('says that the program is missing', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const missing = (error: unknown) => isSampanError(error, 'not-found') && /no-such/.test(error.message);
    await assert.rejects(bench.start({ args: ['no-such-program'] }), missing);
    await assert.rejects(bench.start({ args: ['/no-such/program'] }), missing);
  });
  it('refuses what cannot be executed', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await assert.rejects(bench.start({ args: ['/etc/passwd'] }), error => isSampanError(error, 'denied'));
  });
  it('loses nothing of a program that ends at once', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    for (let round = 0; round < 3; round++)
      assert.equal(await bench.shell('echo out; echo err >&2'), 'out\nerr\n');
  });
  it('keeps the last mebibyte of a flood', async t => {
    const container = await open(t)?.start({
      args: ['sh', '-c', 'head -c 20000000 /dev/zero; echo the end'],
    });
    if (container === undefined) return;
    await container.wait();
    const { stdout } = await container.output();
    assert.equal(stdout.length, 1024 * 1024);
    assert.ok(stdout.endsWith('the end\n'));
  });
}

function describeLimits(open: Open): void {
  it('reports a kill for the memory limit', async t => {
    const args = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=100M', 'count=1'];
    const container = await open(t)?.start({ args, limits: { memoryBytes: 32 << 20 } });
    if (container === undefined) return;
    if ((container.warnings ?? []).some(text => /memory/i.test(text)))
      return t.skip('no memory control group');
    assert.deepEqual(await container.wait(), { code: 137, oomKilled: true });
  });
  it('limits processes and processors', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const script = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait';
    assert.match(
      await bench.shell(script, { limits: { pids: 6, cpus: 0.5 } }),
      /can't fork|Resource temporarily/,
    );
  });
  it('counts memory and processor time', async t => {
    const container = await open(t)?.start({ args: ['sh', '-c', 'echo up; sleep 100'] });
    if (container === undefined) return;
    await printed(container, 'up');
    const usage = await container.usage();
    assert.ok((usage.memoryBytes ?? 0) > 0 && (usage.cpuMs ?? 0) > 0, JSON.stringify(usage));
  });
  it("has Docker's capabilities and its seccomp filter", async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const status = async (spec: Partial<RunSpec>) =>
      await bench.shell('grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status', spec);
    const lines = (held: string) =>
      new RegExp(
        `CapPrm:\\t${held}\nCapEff:\\t${held}\nCapBnd:\\t00000000a80425fb\nCapAmb:\\t0{16}\nNoNewPrivs:\\t0\nSeccomp:\\t2\n`,
      );
    assert.match(await status({}), lines('00000000a80425fb'));
    assert.match(await status({ user: 'app' }), lines('0{16}'));
  });
  it('adds and drops capabilities', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const spec = { addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'] };
    assert.match(await bench.shell('grep CapEff /proc/self/status', spec), /0000000000001000/);
    assert.match(
      await bench.shell('grep CapEff /proc/self/status', { dropCapabilities: ['MKNOD'] }),
      /a00425fb/,
    );
  });
  it('hides and protects parts of the kernel', async t => {
    const text = await open(t)?.shell(
      'echo 1 > /proc/sys/kernel/panic; cat /proc/kcore | head -c 10; ls /dev/kmsg; echo done',
    );
    if (text !== undefined) assert.match(text, /^[\s\S]*Read-only[\s\S]*No such file[\s\S]*done\n|^done\n/);
  });
}

function describeAccess(open: Open): void {
  it('runs commands beside the program', async t => {
    const container = await open(t)?.start({
      args: ['sleep', '100'],
      env: ['A=1'],
      workingDirectory: '/data',
    });
    if (container === undefined) return;
    const script = 'echo $A $B $(id -u) $(pwd); echo err >&2; exit 5';
    const result = await container.exec(['sh', '-c', script], { env: ['B=2'], user: 'app' });
    assert.deepEqual(result, { code: 5, stdout: '1 2 1000 /data\n', stderr: 'err\n', timedOut: false });
    assert.equal((await container.exec(['no-such-program'])).code, 127);
  });
  it('ends a command that takes too long', async t => {
    const container = await open(t)?.start({ args: ['sleep', '100'] });
    if (container === undefined) return;
    const result = await container.exec(['sh', '-c', 'echo begun; sleep 50'], { timeoutMs: 800 });
    assert.deepEqual(result, { code: 137, stdout: 'begun\n', stderr: '', timedOut: true });
    assert.doesNotMatch((await container.exec(['sh', '-c', 'cat /proc/[0-9]*/cmdline'])).stdout, /sleep.50/);
  });
  it('reaches a port', async t => {
    const container = await open(t)?.start({
      args: ['httpd', '-f', '-p', '8080', '-h', '/etc'],
      ports: [8080],
    });
    if (container === undefined) return;
    const { host, port } = container.address(8080);
    assert.match(await getSoon(`http://${host}:${port}/passwd`), /^root:x:0:0/);
    assert.throws(
      () => container.address(9),
      error => isSampanError(error, 'usage'),
    );
  });
}

function describeRemains(open: Open, subject: Subject): void {
  const nothingIsLeft = async (bench: Bench, ids: readonly string[]) => {
    assert.deepEqual(
      readdirSync(bench.base).filter(name => name !== 'mounted.txt'),
      [],
    );
    assert.deepEqual(mountsBelow(bench.rootfs), []);
    for (const id of ids) {
      assert.deepEqual(await subject.remains(id), []);
      assert.deepEqual(processesNaming(id), []);
      assert.ok(
        !existsSync(`/sys/fs/cgroup/memory/sampan-${id}`) && !existsSync(`/sys/fs/cgroup/sampan-${id}`),
      );
    }
  };
  it('is nothing, once disposed, and disposing again is harmless', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    const container = await bench.start({
      args: ['sleep', '100'],
      ports: [80],
      limits: { memoryBytes: 64 << 20 },
    });
    await Promise.all([container[Symbol.asyncDispose](), container[Symbol.asyncDispose]()]);
    await container[Symbol.asyncDispose]();
    await nothingIsLeft(bench, [container.id]);
  });
  it('is nothing when the start failed', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await assert.rejects(bench.start({ args: ['no-such-program'], ports: [80] }));
    await nothingIsLeft(bench, []);
  });
  it('is nothing when the start was cancelled, whenever that was', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    for (const delayMs of [0, 5, 20, 40, 80]) {
      const abort = new AbortController();
      const ids: string[] = [];
      setTimeout(() => {
        ids.push(...readdirSync(bench.base).filter(name => /^s[0-9a-f]+$/.test(name)));
        abort.abort();
      }, delayMs);
      const outcome: unknown = await bench
        .start({ args: ['sleep', '100'] }, { signal: abort.signal })
        .catch((error: unknown) => error);
      if (isSampanError(outcome)) assert.equal(outcome.code, 'cancelled');
      else if (typeof outcome === 'object' && outcome !== null && Symbol.asyncDispose in outcome) {
        await (outcome as Container)[Symbol.asyncDispose]();
      } else throw outcome;
      await nothingIsLeft(bench, ids);
    }
  });
}

function processesNaming(id: string): readonly string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter(line => line.includes(id));
}

async function printed(container: Container, text: string): Promise<void> {
  for (let round = 0; round < 1000; round++) {
    if ((await container.output()).stdout.includes(text)) return;
    await sleep(10);
  }
  assert.fail(`it never printed ${text}`);
}

async function getSoon(url: string): Promise<string> {
  for (let round = 0; round < 500; round++) {
    const answer = await fetch(url).then(
      response => response.text(),
      () => undefined,
    );
    if (answer !== undefined) return answer;
    await sleep(20);
  }
  return assert.fail(`${url} never answered`);
}
