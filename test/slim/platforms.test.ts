import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bytesContent, contentStream, digestOf } from '../../src/core/bytes/index.ts';
import { type Descriptor, MEDIA, parseIndex } from '../../src/core/oci/index.ts';
import { memoryStore, openStore, openTarget } from '../../src/core/store/index.ts';
import { noDocker } from '../../src/core/store/testing/index.ts';
import { storeImage, WEB_APP } from './testing/images.ts';
import { type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** A layout with an index of the same app for two architectures, of which only one can run here. */
async function twoPlatforms({ at }: Machine): Promise<string> {
  const blobs = memoryStore();
  const manifests: Descriptor[] = [];
  for (const architecture of ['amd64', 'ia64']) {
    const members = { os: 'linux', architecture };
    manifests.push({ ...(await storeImage(blobs, { ...WEB_APP(), members })), platform: members });
  }
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }));
  const expected = { mediaType: MEDIA.index, digest: digestOf(index), size: index.length };
  const root = await blobs.put(contentStream(bytesContent(index)), expected);
  const store = await openStore(join(at, 'other'));
  const target = openTarget(`oci:${join(at, 'two')}:v1`, { store, workDirectory: at, docker: noDocker });
  await target.write(blobs, root);
  return `oci:${join(at, 'two')}:v1`;
}

describe('an image with several platforms', { skip }, () => {
  test('is slimmed whole with --platform all', async t => {
    const here = machine(t);
    const source = await twoPlatforms(here);
    const out = join(here.at, 'out');
    const words = [
      'slim',
      source,
      '--platform',
      'all',
      '--level',
      'safe',
      '--output',
      `oci:${out}:slim`,
      '--json',
    ];
    const { code, stdout, stderr } = await here.sampan(words);
    equal(code, 0, stderr);
    deepEqual(
      JSON.parse(stdout).platforms.map((each: { proven: boolean }) => each.proven),
      [true, false],
    );
    const [named] = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8')).manifests;
    const blob = readFileSync(join(out, 'blobs/sha256', named.digest.slice(7)));
    const { manifests } = parseIndex(blob, 'the slim index');
    deepEqual(
      manifests.map(each => each.platform?.architecture),
      ['amd64', 'ia64'],
    );
  });

  test('is slimmed for this machine otherwise, and that is said', async t => {
    const here = machine(t);
    const { code, stderr } = await here.sampan(['slim', await twoPlatforms(here)]);
    equal(code, 0, stderr);
    match(stderr, /only this machine's is slimmed/);
  });
});
