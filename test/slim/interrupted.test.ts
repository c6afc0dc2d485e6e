import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { webApp } from './testing/images.ts';
import { controlGroups, type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** When: what the command says then, and how long after that. */
const MOMENTS = [
  ['Reading', 0],
  ['Observing a run', 0],
  ['Observing a run', 100],
  ['Observing a run', 500],
  ['Rebuilding', 0],
  ['Proving it', 100],
  ['Proving it', 500],
] as const;

/** The control groups that belong to runs. */
function groupsOf(runs: readonly string[]): string[] {
  return controlGroups().filter(path => runs.some(run => path.endsWith(run)));
}

/** What was stored before can still be read whole, and nothing else was. */
async function stillWhole(here: Machine): Promise<void> {
  const listed = await here.sampan(['images', '--json']);
  deepEqual(
    JSON.parse(listed.stdout).images.map((image: { name: string }) => image.name),
    ['before:1'],
  );
  const copied = await here.sampan(['copy', 'before:1', `oci-archive:${join(here.at, 'before.oci.tar')}`]);
  equal(copied.code, 0, copied.stderr);
}

describe('a slimming that is interrupted', { skip, concurrency: 2 }, () => {
  for (const [stage, after] of MOMENTS) {
    test(`${after} ms after it said "${stage}" ends with 130 and leaves nothing`, async t => {
      const here = machine(t);
      const source = await webApp(t, here.at);
      equal((await here.sampan(['copy', source, 'before:1'])).code, 0);
      const running = here.start(['slim', source, '--duration', '700ms']);
      await running.saying(`${stage} `);
      await sleep(after);
      const runs = here.runs();
      process.kill(-running.child.pid!, 'SIGINT');
      const { code, stderr } = await running.ended;
      equal(code, 130, stderr);
      match(stderr, /sampan: interrupted by SIGINT\n/);
      doesNotMatch(stderr, /\n\s+at |this is a bug/);
      deepEqual(here.remains(), []);
      deepEqual(groupsOf(runs), []);
      await stillWhole(here);
    });
  }
});

describe('a slimming that is killed', { skip, concurrency: 2 }, () => {
  for (const [stage, after] of [
    ['Observing a run', 100],
    ['Observing a run', 500],
    ['Rebuilding', 0],
    ['Proving it', 500],
  ] as const) {
    test(`${after} ms after it said "${stage}" is cleaned up by the next`, async t => {
      const here = machine(t);
      const source = await webApp(t, here.at);
      equal((await here.sampan(['copy', source, 'before:1'])).code, 0);
      const running = here.start(['slim', source, '--duration', '700ms']);
      await running.saying(`${stage} `);
      await sleep(after);
      const runs = here.runs();
      running.child.kill('SIGKILL');
      await running.ended;
      await stillWhole(here);
      const { code, stderr } = await here.sampan(['slim', source]);
      equal(code, 0, stderr);
      deepEqual(here.remains(), []);
      deepEqual(groupsOf(runs), []);
    });
  }
});
