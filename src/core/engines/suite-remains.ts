import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import type { Container } from '../engine/index.ts';
import { isSampanError } from '../errors/index.ts';
import { mountsBelow } from '../work/index.ts';
import type { Bench, OpenBench, Subject } from './bench.ts';

/** What is left when it is over: nothing. */
export function describeRemains(open: OpenBench, subject: Subject): void {
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
    await nothingIsLeft(subject, bench, [container.id]);
  });
  it('is nothing when the start failed', async t => {
    const bench = open(t);
    if (bench === undefined) return;
    await assert.rejects(bench.start({ args: ['no-such-program'], ports: [80] }));
    await nothingIsLeft(subject, bench, []);
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
      await nothingIsLeft(subject, bench, ids);
    }
  });
}

async function nothingIsLeft(subject: Subject, bench: Bench, ids: readonly string[]): Promise<void> {
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
