import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type App, readApp } from './app.ts';
import { checkImage } from './checks.ts';
import { docker } from './docker.ts';

const here = import.meta.dirname;
const names = readdirSync(here, { withFileTypes: true }).flatMap(entry =>
  entry.isDirectory() ? [entry.name] : [],
);

test('each app has a Dockerfile, a port that it exposes, and something to try', () => {
  ok(names.length >= 8);
  for (const name of names) {
    const { port, routes = [], talks = [] } = readApp(name);
    ok(existsSync(join(here, name, 'Dockerfile')), name);
    ok(Number.isInteger(port) && port > 0, name);
    ok(routes.length + talks.length >= 4, name);
    for (const { expect = '' } of [...routes, ...talks]) ok(new RegExp(expect), name);
  }
});

test('what an app cannot do is found, and nothing is left running', async t => {
  if (docker('version').status !== 0) return t.skip('no docker engine answers');
  if (!existsSync('/bin/busybox')) return t.skip('busybox-static is not installed');
  const image = `sampan-corpus/self-test:${process.pid}`;
  const serve =
    'echo hello >/index.html; trap "exit 0" TERM; httpd -p 80 -h / & wait; while :; do sleep 1 & wait; done';
  importBusybox(image, serve);
  try {
    const app: App = {
      port: 80,
      routes: [
        { path: '/', expect: '^hello' },
        { path: '/', expect: 'bye' },
        { path: '/none', status: 404 },
        { path: '/none' },
      ],
      talks: [
        { send: 'nonsense', expect: 'HTTP' },
        { send: 'nonsense', expect: 'PONG' },
      ],
      commands: [{ command: ['cat', '/index.html'], expect: 'hello' }, { command: ['false'] }],
      user: 'not root',
    };
    const checks = await checkImage(app, image);
    const passed = checks.map(check => check.passed);
    deepEqual(passed, [true, false, true, false, true, false, true, false, false, true, true]);
    deepEqual(
      (await checkImage({ port: 81 }, image, 300)).map(check => check.passed),
      [false],
    );
    equal(docker('ps', '--all', '--quiet', '--filter', `ancestor=${image}`).text, '');
  } finally {
    docker('rmi', image);
  }
});

function importBusybox(image: string, script: string): void {
  const options = ['--create', '--directory', '/', '--transform', 's,.*,bin/busybox,', 'bin/busybox'];
  const { stdout } = spawnSync('tar', options, { maxBuffer: 1 << 26 });
  const command = JSON.stringify(['/bin/busybox', 'sh', '-c', `/bin/busybox --install /bin; ${script}`]);
  const { status, stderr } = spawnSync('docker', ['import', '--change', `CMD ${command}`, '-', image], {
    input: stdout,
  });
  equal(status, 0, String(stderr));
}
