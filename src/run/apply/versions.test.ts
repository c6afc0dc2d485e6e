import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readProject } from '../compose/index.ts';
import type { StateFiles } from '../module/index.ts';
import { readVersions, released, rolledBack, stillHeld, withHeld, writeVersions } from './versions.ts';

function projectWith(image: string): ReturnType<typeof readProject> {
  const text = `services: {web: {image: "${image}", pull_policy: always}}`;
  const files = { read: () => text, real: (path: string) => path };
  return readProject(['/x/compose.yaml'], { files, variables: () => undefined, home: '/root', name: 'x' });
}

const KNOWN = { web: { imageId: 'sha256:b', previousId: 'sha256:a' } };

test('a service that is rolled back has its image before, and asks no registry', () => {
  const held = rolledBack(KNOWN, projectWith('app:2'), 'web') ?? {};
  const service = withHeld(projectWith('app:2'), held).services.get('web');
  equal(service?.image, 'sha256:a');
  equal(service?.written.pull_policy, 'never');
  equal(rolledBack(held, projectWith('app:2'), 'web'), undefined);
  equal(rolledBack(KNOWN, projectWith('app:2'), 'other'), undefined);
  deepEqual(released(held, 'web'), KNOWN);
  equal(released(KNOWN, 'web'), undefined);
});

test('it is held until the file names another image, or another one is behind the name', async () => {
  const held = rolledBack(KNOWN, projectWith('app:2'), 'web') ?? {};
  const heldWith = async (image: string, id: string | undefined) =>
    (await stillHeld(projectWith(image), held, async () => id)).web;
  deepEqual(await heldWith('app:2', 'sha256:b'), held.web);
  deepEqual(await heldWith('app:2', undefined), held.web);
  const over = { imageId: 'sha256:a', previousId: 'sha256:a' };
  deepEqual(await heldWith('app:2', 'sha256:c'), over);
  deepEqual(await heldWith('app:3', undefined), over);
});

test('what is known survives a restart, and a damaged file is nothing', async () => {
  const files = new Map<string, Uint8Array>();
  const state: StateFiles = {
    read: async name => files.get(name),
    write: async (name, bytes) => files.set(name, bytes) === files,
    directory: '/x',
    wear: () => ({ totalBytes: 0, bytesPerDay: 0 }),
  };
  const held = rolledBack(KNOWN, projectWith('app:2'), 'web') ?? {};
  await writeVersions(state, new Map([['x', held]]));
  deepEqual((await readVersions(state)).get('x'), held);
  for (const damaged of ['', 'null', '[]', '{"x":{"web":{"imageId":1}}}', '{"x":5}']) {
    files.set('versions.json', Buffer.from(damaged));
    deepEqual((await readVersions(state)).get('x') ?? {}, {}, damaged);
  }
});
