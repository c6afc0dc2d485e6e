import { equal, match, ok, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runWords } from '../app/index.ts';
import { fakeContext } from '../testing/index.ts';
import { COMMANDS } from './table.ts';

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

interface Fixture {
  readonly directory: string;
  /** Runs a command line in a home of its own. */
  run(...words: string[]): Promise<Ran>;
}

function fixture(t: TestContext): Fixture {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-store-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'rootfs', 'etc'), { recursive: true });
  writeFileSync(join(directory, 'rootfs', 'etc', 'motd'), 'hello\n');
  return {
    directory,
    run: async (...words) => {
      const context = fakeContext({ env: { XDG_DATA_HOME: join(directory, 'data') }, home: directory });
      await runWords(words, COMMANDS, context);
      return { stdout: context.stdout.text(), stderr: context.stderr.text() };
    },
  };
}

test('an image is copied into the store, listed, copied to a file and back, and removed', async t => {
  const { directory, run } = fixture(t);
  equal((await run('copy', `dir:${directory}/rootfs`, 'app:1')).stdout, 'store:app:1\n');
  match(
    (await run('images')).stdout,
    /^NAME +PLATFORM +SIZE +CREATED +LEVEL +DIGEST\napp:1 +linux\/\w+ +\d.* kB [ \d-]+ [0-9a-f]{12}\n$/,
  );
  const archive = join(directory, 'app.oci.tar');
  await run('copy', 'app:1', `oci-archive:${archive}`);
  const back = JSON.parse((await run('copy', archive, 'again:1', '--json')).stdout);
  equal(back.schema, 'sampan.copy/1');
  const listed = JSON.parse((await run('images', '--json')).stdout);
  equal(listed.schema, 'sampan.images/1');
  equal(listed.images.length, 2);
  equal(listed.images[0].digest, listed.images[1].digest);
  equal((await run('rm', 'store:app:1', 'again:1')).stdout, 'app:1\nagain:1\n');
  equal(readdirSync(join(directory, 'data', 'sampan', 'blobs', 'sha256')).length, 0);
});

test('an empty store says so beside its results, not among them', async t => {
  const { stdout, stderr } = await fixture(t).run('images');
  equal(stdout, '');
  match(stderr, /the store is empty/);
});

test('removing what is not there fails, after removing what is', async t => {
  const { directory, run } = fixture(t);
  await run('copy', `dir:${directory}/rootfs`, 'app:1');
  await rejects(run('rm', 'gone:1', 'app:1'), /not in the store: gone:1$/);
  equal((await run('images')).stdout, '');
});

test('an image that is not whole does not hide the others', async t => {
  const { directory, run } = fixture(t);
  await run('copy', `dir:${directory}/rootfs`, 'broken:1');
  const blobs = join(directory, 'data', 'sampan', 'blobs', 'sha256');
  for (const blob of readdirSync(blobs)) rmSync(join(blobs, blob));
  writeFileSync(join(directory, 'rootfs', 'other'), 'other');
  await run('copy', `dir:${directory}/rootfs`, 'whole:1');
  const { stdout } = await run('images');
  match(stdout, /broken:1 .*not whole/);
  ok(/whole:1 .* kB/.test(stdout));
});

test('a target that cannot be written is refused before anything is read', async t => {
  const { directory, run } = fixture(t);
  await rejects(
    run('copy', `dir:${directory}/rootfs`, `dir:${directory}/copy`),
    /not written to a root file system/,
  );
});
