import { deepEqual, match, rejects } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DESKTOP, makeMachine } from '../../run/cdi/nvidia/testing/index.ts';
import { fakeContext } from '../testing/index.ts';
import { runCdi } from './cdi.ts';
import type { CdiOptions } from './cdi-machine.ts';

const PLAIN: CdiOptions = { selectors: [], nvidia: false, output: undefined, check: false, json: false };

test('a document is written, true, stale after a change, and written again in the same file', async () => {
  using machine = makeMachine(DESKTOP);
  const { root } = machine;
  const run = async (options: Partial<CdiOptions>): Promise<string> => {
    const context = fakeContext();
    await runCdi(context, { ...PLAIN, ...options }, root);
    return context.stdout.text();
  };
  await rejects(run({}), { code: 'usage', message: /no CDI document to write again/ });
  await rejects(run({ check: true, nvidia: true }), { code: 'unproven' });
  match(await run({ nvidia: true, output: '-' }), /"cdiVersion": "0\.5\.0"/);
  deepEqual(existsSync(join(root, 'etc/cdi')), false);
  match(await run({ nvidia: true }), /nvidia\.com-gpu\.json: CDI 0\.5\.0\n {2}nvidia\.com\/gpu=0\n/);
  deepEqual(readdirSync(join(root, 'etc/cdi')), ['nvidia.com-gpu.json']);
  match(await run({ check: true }), /nvidia\.com\/gpu is true/);
  machine.remove('/dev/dri/card0');
  await rejects(run({ check: true }), { code: 'unproven', message: /1 of 1 CDI documents/ });
  match(await run({}), /nvidia\.com-gpu\.json/);
  match(await run({ check: true, json: true }), /"reasons":\[\]/);
  deepEqual(readFileSync(join(root, 'etc/cdi/nvidia.com-gpu.json'), 'utf8').includes('card0'), false);
});

test('a file of another program with the same kind is replaced, not doubled', async () => {
  using machine = makeMachine({ ...DESKTOP, '/etc/cdi/broken.yaml': 'kind: [' });
  machine.add({
    '/etc/cdi/nvidia.yaml':
      'cdiVersion: 0.3.0\nkind: nvidia.com/gpu\ndevices: [{name: all, containerEdits: {env: [A=b]}}]\n',
  });
  await runCdi(fakeContext(), { ...PLAIN, nvidia: true }, machine.root);
  deepEqual(readdirSync(join(machine.root, 'etc/cdi')), ['broken.yaml', 'nvidia.yaml']);
  const context = fakeContext();
  await rejects(runCdi(context, { ...PLAIN, check: true }, machine.root), { code: 'unproven' });
  match(context.stdout.text(), /broken\.yaml: no document\n/);
});
