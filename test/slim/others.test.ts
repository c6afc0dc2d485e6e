import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { WEB_APP, webApp, writeImage } from './testing/images.ts';
import { machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;
const run = promisify(execFile);

/** Why a program cannot be used here, if so. */
function without(program: string, ...probe: readonly string[]): string | undefined {
  const { status } = spawnSync(program, probe, { stdio: 'ignore' });
  return status === 0 ? undefined : `${program} does not work here`;
}

describe('a slim image is taken by', { skip }, () => {
  test('skopeo and umoci, as an archive and as a layout', async t => {
    const missing = without('skopeo', '--version') ?? without('umoci', '--version');
    if (missing !== undefined) return t.skip(missing);
    const here = machine(t);
    const layout = join(here.at, 'layout');
    const archive = join(here.at, 'slim.oci.tar');
    const source = await webApp(t, here.at);
    const words = ['slim', source, '--output', `oci:${layout}:slim`, '--output', `oci-archive:${archive}`];
    const { code, stderr } = await here.sampan(words);
    equal(code, 0, stderr);
    const inspected = await run('skopeo', ['inspect', '--config', `oci-archive:${archive}`]);
    deepEqual(JSON.parse(inspected.stdout).config.Entrypoint, ['/app/start']);
    await run('skopeo', ['copy', '--quiet', `oci-archive:${archive}`, `dir:${join(here.at, 'copied')}`]);
    mkdirSync(join(here.at, 'unpacked'));
    await run('umoci', ['unpack', '--image', `${layout}:slim`, join(here.at, 'unpacked', 'bundle')]);
    const listed = await run('find', [
      join(here.at, 'unpacked', 'bundle', 'rootfs', 'app'),
      '-printf',
      '%f %m\n',
    ]);
    match(listed.stdout, /^start 755$/m);
    match(listed.stdout, /^data 2775$/m);
  });

  test('Docker, which runs it; and from Docker come the same layers', async t => {
    const missing = without('docker', 'info');
    if (missing !== undefined) return t.skip(missing);
    const here = machine(t);
    const name = `sampan-test/${here.at.split('-').at(-1)?.toLowerCase()}`;
    const source = await webApp(t, here.at);
    t.after(() =>
      spawnSync('docker', ['rmi', '--force', `${name}:slim`, `${name}:fat`], { stdio: 'ignore' }),
    );
    const first = await here.sampan(['slim', source, '--json', '--output', `docker-daemon:${name}:slim`]);
    equal(first.code, 0, first.stderr);
    match(await answer(t, `${name}:slim`), /two\.html/);
    await writeImage(t, WEB_APP(), `docker-archive:${join(here.at, 'fat.tar')}:${name}:fat`);
    await run('docker', ['load', '--quiet', '--input', join(here.at, 'fat.tar')]);
    const second = await here.sampan(['slim', `docker-daemon:${name}:fat`, '--json', '--engine', 'runc']);
    equal(second.code, 0, second.stderr);
    deepEqual(JSON.parse(second.stdout).layers, JSON.parse(first.stdout).layers);
    deepEqual(here.remains(), []);
  });
});

/** What the app says when Docker runs it. */
async function answer(t: TestContext, image: string): Promise<string> {
  const { stdout } = await run('docker', ['run', '--detach', image]);
  const id = stdout.trim();
  t.after(() => spawnSync('docker', ['rm', '--force', id], { stdio: 'ignore' }));
  const asked = await run('docker', ['exec', id, '/bin/busybox', 'wget', '-qO-', 'http://127.0.0.1:8080/']);
  return asked.stdout;
}
