import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { type OpenBench, printed } from './bench.ts';

/** How a program ends. */
export function describeEnds(open: OpenBench): void {
  it('passes on the exit status', async t => {
    const container = await open(t)?.start({ args: ['sh', '-c', 'exit 42'] });
    if (container !== undefined) assert.deepEqual(await container.wait(), { code: 42, oomKilled: false });
  });
  it('says 128 and the number for a signal', async t => {
    const container = await open(t)?.start({
      args: ['sh', '-c', 'trap - TERM; echo up; sleep 100 & wait'],
      init: true,
    });
    if (container === undefined) return;
    // Before that, the first process may not listen yet, and the kernel drops what it sends.
    await printed(container, 'up');
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
}

/** Programs that do not start, end at once, or never stop printing. */
export function describeFailures(open: OpenBench): void {
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
