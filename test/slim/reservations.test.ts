import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { appEntries, baseEntries, symlink, WEB_APP, webApp, writeImage } from './testing/images.ts';
import { type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** `cap_net_raw=ep` as the kernel keeps it, revision 2 (linux/capability.h, struct vfs_cap_data). */
const NET_RAW = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** The web app with a program that has a file capability. */
function capable(t: { after(work: () => void): void }, here: Machine): Promise<string> {
  const ping = { path: 'app/ping', mode: 0o755, content: '#!/bin/sh\n:\n' };
  const entries = [...appEntries(), { ...ping, xattrs: new Map([['security.capability', NET_RAW]]) }];
  const image = { ...WEB_APP(), layers: [baseEntries(), entries] };
  return writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
}

/** A directory of links to every program of this machine but one. */
function pathWithout(here: Machine, name: string): string {
  const at = join(here.at, 'programs');
  mkdirSync(at);
  const seen = new Set([name]);
  for (const directory of (here.env.PATH ?? '').split(':')) {
    for (const each of namesOf(directory)) {
      if (seen.has(each)) continue;
      seen.add(each);
      symlinkSync(join(directory, each), join(at, each));
    }
  }
  return at;
}

function namesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

describe('what a run could not be given is told', { skip }, () => {
  test('when file capabilities cannot be set, in the summary, in JSON, and by prove', async t => {
    const here = machine(t);
    const source = await capable(t, here);
    const env = { PATH: pathWithout(here, 'setfattr') };
    const words = /file capabilities of \/app\/ping.*setfattr.*attr/s;
    const summary = await here.sampan(['slim', source], env);
    equal(summary.code, 0, summary.stderr);
    match(summary.stdout, words);
    const json = await here.sampan(['slim', source, '--json'], env);
    match(JSON.parse(json.stdout).warnings.join('\n'), words);
    match((await here.sampan(['prove', source], env)).stdout, words);
    deepEqual(here.remains(), []);
  });

  test('but not when they are set', async t => {
    const here = machine(t);
    const source = await capable(t, here);
    const { stdout, stderr } = await here.sampan(['slim', source, '--json']);
    deepEqual(JSON.parse(stdout).warnings, [], stderr);
  });

  test('when an app fails without them, as the likely reason', async t => {
    const here = machine(t);
    const source = await capable(t, here);
    const env = { PATH: pathWithout(here, 'setfattr') };
    const { code, stderr } = await here.sampan(['slim', source, '--exec', '/bin/false'], env);
    equal(code, 3);
    match(stderr, /fails its probes.*file capabilities of \/app\/ping/s);
  });
});

test('a page and a summary without reservations have none', { skip }, async t => {
  const here = machine(t);
  const { stdout } = await here.sampan(['slim', await webApp(t, here.at)]);
  doesNotMatch(stdout, /could not/);
});

describe('the shell', { skip }, () => {
  const image = () => ({
    ...WEB_APP(),
    layers: [baseEntries(), [...appEntries(), symlink('usr/bin', '../bin')]],
    config: { Cmd: ['/bin/busybox', 'true'] },
  });

  test('is told to be gone when it is, and how to keep it', async t => {
    const here = machine(t);
    const source = await writeImage(t, image(), `docker-archive:${join(here.at, 'app.tar')}`);
    const gone = await here.sampan(['slim', source, '--level', 'tight']);
    match(gone.stdout, /no shell.*docker exec.*--keep \/bin\/sh/);
    for (const keep of ['/bin/sh', '/usr/bin/sh']) {
      const kept = await here.sampan(['slim', source, '--level', 'tight', '--keep', keep, '--tag', 'kept']);
      equal(kept.code, 0, kept.stderr);
      doesNotMatch(kept.stdout, /no shell/);
      const run = await here.sampan(['prove', 'store:kept', '--', '/bin/sh', '-c', 'exit 0']);
      equal(run.code, 0, run.stderr);
    }
  });

  test('is not spoken of when it is there', async t => {
    const here = machine(t);
    const { stdout } = await here.sampan(['slim', await webApp(t, here.at)]);
    doesNotMatch(stdout, /no shell/);
  });
});
