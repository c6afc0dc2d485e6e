import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BUSYBOX, webApp } from './testing/images.ts';
import { machine } from './testing/machine.ts';

const skip = BUSYBOX === undefined ? 'there is no static busybox' : false;

const KINDS = ['oci', 'oci-archive', 'docker-archive'] as const;

describe('a place that takes no file is told at once', { skip }, () => {
  for (const kind of KINDS) {
    for (const place of ['/proc/x', '/proc/self/x/y', 'FILE/x', 'FILE/x/y']) {
      test(`${kind}:${place}`, async t => {
        const here = machine(t);
        const source = await webApp(t, here.at);
        writeFileSync(join(here.at, 'file'), 'x');
        const target = place.replace('FILE', join(here.at, 'file'));
        const { code, stderr } = await here.sampan(['copy', source, `${kind}:${target}`]);
        equal(code, 1, stderr);
        match(stderr, place.startsWith('/proc') ? /\/proc.*\n {2}\S/s : /\/file.*\n {2}\S/s);
        doesNotMatch(stderr, /this is a bug/);
        deepEqual(here.remains(), []);
      });
    }
  }

  test('also as the place of the store', async t => {
    const here = machine(t);
    const { code, stderr } = await here.sampan(['images'], { XDG_DATA_HOME: '/proc/x' });
    equal(code, 1, stderr);
    match(stderr, /\/proc.*\n {2}\S/s);
  });
});
