import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  type Ask,
  askAt,
  manifestOf,
  pushBlob,
  pushManifest,
  sha256,
} from '../../../src/carry/serve/testing/index.ts';

/** What is there before, what comes, and what goes. */
export const OLD = manifestOf({ layers: ['shared by both', 'only the old one'] });
export const NEW = manifestOf({
  layers: ['shared by both', 'only the new one'],
  extra: { subject: OLD.descriptor },
});
export const GONE = manifestOf({ layers: ['to be deleted'] });

/** Makes the state in which the scenario begins. */
export async function prepare(ask: Ask): Promise<void> {
  equal((await pushManifest(ask, 'app', OLD, 'latest')).status, 201);
  for (const tag of ['gone', 'gone-too']) equal((await pushManifest(ask, 'app', GONE, tag)).status, 201);
}

/** Pushes in every way, moves a tag and deletes a manifest. Returns the statuses. */
export async function change(ask: Ask): Promise<readonly number[]> {
  const [config, shared, own] = NEW.blobs;
  const statuses: number[] = [];
  const note = (answer: { readonly status: number }): void => void statuses.push(answer.status);
  statuses.push(await pushBlob(ask, 'app', config!));
  note(await ask('POST', `/v2/app/blobs/uploads/?mount=${sha256(shared!)}&from=app`));
  const begun = await ask('POST', '/v2/app/blobs/uploads/');
  note(begun);
  const location = begun.headers.location ?? '';
  note(await ask('PATCH', location, { body: own!.subarray(0, 5) }));
  note(await ask('PUT', `${location}?digest=${sha256(own!)}`, { body: own!.subarray(5) }));
  note(await pushManifest(ask, 'app', { ...NEW, blobs: [] }, 'latest'));
  note(await ask('DELETE', `/v2/app/manifests/${GONE.digest}`));
  return statuses;
}

/** Holds after any interruption: whatever can be seen is whole, and nothing that was there is lost. */
export async function holds(ask: Ask): Promise<void> {
  const latest = await ask('GET', '/v2/app/manifests/latest');
  ok(
    [OLD.digest, NEW.digest].includes(String(latest.headers['docker-content-digest'])),
    'a tag lost its image',
  );
  equal((await ask('GET', `/v2/app/manifests/${OLD.digest}`)).status, 200);
  const list = JSON.parse((await ask('GET', '/v2/app/tags/list')).body.toString());
  for (const tag of list.tags) await isWhole(ask, tag);
  const { manifests } = JSON.parse((await ask('GET', `/v2/app/referrers/${OLD.digest}`)).body.toString());
  for (const { digest } of manifests) await isWhole(ask, digest);
}

async function isWhole(ask: Ask, reference: string): Promise<void> {
  const manifest = await ask('GET', `/v2/app/manifests/${reference}`);
  equal(manifest.status, 200, reference);
  const { config, layers } = JSON.parse(manifest.body.toString());
  for (const { digest, size } of [config, ...layers]) {
    const blob = await ask('GET', `/v2/app/blobs/${digest}`);
    deepEqual([blob.status, blob.body.length], [200, size]);
    equal(`sha256:${createHash('sha256').update(blob.body).digest('hex')}`, digest);
  }
}

/** Holds when the scenario was done to its end. */
export async function isDone(ask: Ask): Promise<void> {
  await holds(ask);
  equal((await ask('HEAD', '/v2/app/manifests/latest')).headers['docker-content-digest'], NEW.digest);
  deepEqual(JSON.parse((await ask('GET', '/v2/app/tags/list')).body.toString()).tags, ['latest']);
  const { manifests } = JSON.parse((await ask('GET', `/v2/app/referrers/${OLD.digest}`)).body.toString());
  equal(manifests.length, 1);
}

/** Asks a server that may be killed at any moment: then nothing is answered. */
export function askMortal(port: number): Ask {
  const ask = askAt(port);
  return async (method, path, asked) =>
    await ask(method, path, asked).catch(() => ({
      status: 0,
      headers: {},
      body: Buffer.from('{}'),
      json: () => ({}),
      codes: () => [],
    }));
}
