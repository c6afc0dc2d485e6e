import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { RunSpec } from '../engine/index.ts';
import { type OpenBench, printed } from './bench.ts';

/** What a program may use. */
export function describeLimits(open: OpenBench): void {
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
}

/** What a program may do. */
export function describeConfinement(open: OpenBench): void {
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
    // Where it is not protected, only the container's own host name changes.
    const text = await open(t)?.shell(
      '{ echo x > /proc/sys/kernel/hostname; } 2>/dev/null; echo sys=$?; echo kcore=$(head -c 9 /proc/kcore | wc -c); ls /dev/kmsg >/dev/null 2>&1; echo kmsg=$?',
    );
    if (text !== undefined) assert.match(text, /sys=[1-9]\d*\s+kcore=0\s+kmsg=[1-9]/);
  });
}
