import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { baseEntries, directory, WEB_APP, webApp, writeImage } from './testing/images.ts';
import { type Ended, type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** A failure of the app itself: status 3, its last words, what to do, no name stored. */
async function unproven(here: Machine, { code, stderr }: Ended, words: RegExp): Promise<void> {
  match(stderr, words);
  doesNotMatch(stderr, /\n\s+at |this is a bug/);
  equal(code, 3, stderr);
  deepEqual(here.remains(), []);
  equal((await here.sampan(['images', '--json'])).stdout.includes('app'), false);
}

/** An image with one shell script as its app. */
function scriptImage(script: string, config: object = {}) {
  const app = { path: 'app/start', mode: 0o755, content: `#!/bin/sh\n${script}\n` };
  return {
    layers: [baseEntries(), [directory('app'), app]],
    config: { Entrypoint: ['/app/start'], ...config },
  };
}

describe('an app', { skip }, () => {
  test('that never gets ready is told, with what it said and what to do', async t => {
    const here = machine(t);
    const image = scriptImage('echo waiting for the moon >&2; exec sleep 1000', {
      ExposedPorts: { '80/tcp': {} },
    });
    const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
    const ended = await here.sampan(['slim', source, '--ready-timeout', '1s']);
    await unproven(here, ended, /not ready after 1 s.*waiting for the moon.*--ready-timeout/s);
  });

  test('whose health check never succeeds is told, with what that printed', async t => {
    const here = machine(t);
    const check = 'echo checking; echo the database is away >&2; exit 5';
    const image = scriptImage('echo started >&2; exec sleep 1000', {
      Healthcheck: { Test: ['CMD-SHELL', check] },
    });
    const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
    const slim = await here.sampan(['slim', source, '--ready-timeout', '2s']);
    const words =
      /not ready after 2 s; its health check ended with status 5:\n.*the database is away\n.*it said:\n.*started/s;
    await unproven(here, slim, words);
    const prove = await here.sampan(['prove', source, '--ready-timeout', '2s']);
    await unproven(
      here,
      prove,
      /never got ready; its health check ended with status 5:\n.*database is away/s,
    );
  });

  test('that crashes at once is told, with its status', async t => {
    const here = machine(t);
    const source = await writeImage(
      t,
      scriptImage('echo no luck >&2; exit 7'),
      `docker-archive:${join(here.at, 'app.tar')}`,
    );
    await unproven(here, await here.sampan(['slim', source]), /status 7.*no luck.*--env.*--level safe/s);
  });

  test('that needs a variable is told, and works with it', async t => {
    const here = machine(t);
    const script =
      'test -n "$TOKEN" || { echo TOKEN is not set >&2; exit 1; }; exec httpd -f -p 8080 -h /app';
    const image = scriptImage(script, { ExposedPorts: { '8080/tcp': {} } });
    const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
    await unproven(here, await here.sampan(['slim', source]), /TOKEN is not set.*--env/s);
    const { code, stderr } = await here.sampan(['slim', source, '--env', 'TOKEN=x']);
    equal(code, 0, stderr);
  });

  test('whose program is not in the image is told, with its name', async t => {
    const here = machine(t);
    const source = await writeImage(
      t,
      { ...WEB_APP(), config: { Cmd: ['/app/gone'] } },
      `docker-archive:${join(here.at, 'app.tar')}`,
    );
    const { code, stderr } = await here.sampan(['slim', source]);
    equal(code, 1, stderr);
    match(stderr, /sampan: .*"\/app\/gone" is not in the image/);
    deepEqual(here.remains(), []);
  });

  test('without a command is told to be given one, and works with it', async t => {
    const here = machine(t);
    const source = await writeImage(
      t,
      { ...WEB_APP(), config: {} },
      `docker-archive:${join(here.at, 'app.tar')}`,
    );
    const { code, stderr } = await here.sampan(['slim', source]);
    equal(code, 2, stderr);
    match(stderr, /no entry point and no command\n.*-- COMMAND/);
    equal((await here.sampan(['slim', source, '--', '/bin/true'])).code, 0);
  });

  test('that fails a probe of its user is told which, and what came', async t => {
    const here = machine(t);
    const source = await webApp(t, here.at);
    const ended = await here.sampan(['slim', source, '--probe', 'http://:8080/gone => 200']);
    await unproven(here, ended, /GET :8080\/gone: status 404, wanted 200.*--probe/s);
    equal((await here.sampan(['slim', source, '--probe', 'http://:8080/gone => 404'])).code, 0);
  });
});

test('an image for an architecture that cannot run here is told, with the remedy; level safe works', {
  skip,
}, async t => {
  const here = machine(t);
  // No emulator knows it.
  const image = { ...WEB_APP(), members: { architecture: 'ia64' } };
  const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
  const { code, stderr } = await here.sampan(['slim', source]);
  equal(code, 1, stderr);
  match(stderr, /cannot run ia64 programs.*\n.*qemu-user-static/);
  deepEqual(here.remains(), []);
  const safe = await here.sampan(['slim', source, '--level', 'safe']);
  equal(safe.code, 0, safe.stderr);
});

describe('level safe, where the original cannot be run', { skip }, () => {
  const CASES: readonly (readonly [name: string, config: object, reason: RegExp])[] = [
    ['crashes', { Entrypoint: ['/bin/sh', '-c', 'echo no luck; exit 7'] }, /status 7/],
    ['has no command', {}, /no entry point and no command/],
    ['lacks its program', { Cmd: ['/app/gone'] }, /"\/app\/gone" is not in the image/],
  ];
  for (const [name, config, reason] of CASES) {
    test(`names the image that ${name}, and says loudly that nothing is proven`, async t => {
      const here = machine(t);
      const source = await writeImage(
        t,
        { ...WEB_APP(), config },
        `docker-archive:${join(here.at, 'app.tar')}`,
      );
      const text = await here.sampan(['slim', source, '--level', 'safe']);
      equal(text.code, 0, text.stderr);
      match(text.stdout, /not proven: nothing shows that it works/);
      match(text.stdout, reason);
      const { code, stdout, stderr } = await here.sampan(['slim', source, '--level', 'safe', '--json']);
      equal(code, 0, stderr);
      equal(JSON.parse(stdout).proven, false);
      match(JSON.parse(stdout).unproven, reason);
      match(stderr, /not proven: nothing shows that it works/);
      deepEqual(here.remains(), []);
    });
  }

  test('gives no name with --require-proof, and status 3', async t => {
    const here = machine(t);
    const source = await writeImage(
      t,
      { ...WEB_APP(), config: { Cmd: ['/bin/sh', '-c', 'exit 7'] } },
      `docker-archive:${join(here.at, 'app.tar')}`,
    );
    const ended = await here.sampan(['slim', source, '--level', 'safe', '--require-proof']);
    await unproven(here, ended, /not proven.*status 7.*--require-proof/s);
    const web = await webApp(t, here.at);
    equal((await here.sampan(['slim', web, '--level', 'safe', '--require-proof'])).code, 0);
  });
});
