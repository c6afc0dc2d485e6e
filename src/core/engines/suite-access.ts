import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSampanError } from '../errors/index.ts';
import type { OpenBench } from './bench.ts';

/** Commands beside the program. */
export function describeExec(open: OpenBench): void {
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
}

/** Ports of the program. */
export function describePorts(open: OpenBench): void {
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
