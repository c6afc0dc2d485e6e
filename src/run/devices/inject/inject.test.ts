import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { containerState, createExec, startExec } from '../../../core/docker/index.ts';
import { projectContainers } from '../../supervise/index.ts';
import { type Bench, openBench } from '../../supervise/testing/index.ts';
import { openInside, type Running } from './inside.ts';
import { type NodeSpec, nodeDirectory, openPlace } from './nodes.ts';

const ROOT = process.geteuid?.() === 0 ? false : 'only root makes device nodes';
const NULL: NodeSpec = { name: 'sensor', type: 'c', major: 1, minor: 3, mode: 0o640, uid: 12, gid: 34 };

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-nodes-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('nodes are made with numbers, mode and owner, replaced when they differ, and removed', {
  skip: ROOT,
}, t => {
  const path = directory(t);
  using nodes = nodeDirectory(openPlace(path));
  equal(nodes.put(NULL), true);
  equal(nodes.put(NULL), false);
  const stat = lstatSync(join(path, 'sensor'));
  deepEqual(
    [stat.isCharacterDevice(), stat.rdev, stat.mode & 0o777, stat.uid, stat.gid],
    [true, 0x103, 0o640, 12, 34],
  );
  equal(nodes.put({ ...NULL, minor: 5 }), true);
  equal(lstatSync(join(path, 'sensor')).rdev, 0x105);
  equal(nodes.put({ ...NULL, name: 'bus/usb/001/004' }), true);
  deepEqual([...nodes.list()].sort(), ['bus/usb/001/004', 'sensor']);
  equal(nodes.remove('bus/usb/001/004'), true);
  equal(nodes.remove('bus/usb/001/004'), false);
  deepEqual(readdirSync(path), ['sensor']);
});

test('what a run that was killed has left does not stop the next one', { skip: ROOT }, t => {
  const path = directory(t);
  writeFileSync(join(path, '.sampan~sensor'), '');
  using nodes = nodeDirectory(openPlace(path));
  equal(nodes.put(NULL), true);
  deepEqual(readdirSync(path), ['sensor']);
});

test('links lead nowhere, files are left alone, names cannot climb', { skip: ROOT }, t => {
  const path = directory(t);
  const outside = directory(t);
  mkdirSync(join(outside, 'sub'));
  symlinkSync(outside, join(path, 'link'));
  symlinkSync(join(outside, 'target'), join(path, 'sensor'));
  symlinkSync(join(outside, 'made'), join(path, '.sampan~other'));
  writeFileSync(join(path, 'file'), 'x');
  using nodes = nodeDirectory(openPlace(path));
  throws(() => nodes.put({ ...NULL, name: 'link/sensor' }), /link/);
  throws(() => nodes.remove('link/sub'), /link/);
  equal(nodes.put(NULL), true);
  equal(nodes.put({ ...NULL, name: 'other' }), true);
  ok(lstatSync(join(path, 'sensor')).isCharacterDevice());
  deepEqual(readdirSync(outside), ['sub']);
  equal(nodes.remove('file'), false);
  equal(nodes.remove('link'), false);
  for (const name of ['../x', 'a/../../x', '', '/x', 'a//b', '.', 'a\0b', 'a/b/c/d/e/f'])
    throws(() => nodes.put({ ...NULL, name }), /no name/);
});

async function running({ docker, name }: Bench): Promise<Running> {
  const [one] = await projectContainers(docker, name);
  const { id, pid, name: title } = await containerState(docker, one?.id ?? '');
  return { id, pid, name: title };
}

async function inside({ docker }: Bench, id: string, ...args: readonly string[]): Promise<string> {
  let text = '';
  for await (const { bytes } of startExec(docker, await createExec(docker, id, { args })))
    text += Buffer.from(bytes).toString();
  return text.trim();
}

test('a container gets a node while it runs, and cannot lead it out', { skip: ROOT }, async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const outside = directory(t);
  const traps = `busybox ln -s ${outside} /dev/out; busybox ln -s ${outside}/x /dev/sensor; busybox mkdir /dev/own; sleep 1000`;
  await bench.up(
    `services: {app: {image: "IMAGE:1", stop_grace_period: 0s, command: [sh, -c, "${traps}"], cap_drop: [MKNOD], tmpfs: [/dev/other], x-sampan: {defaults: false}}}`,
  );
  const container = await running(bench);
  for (
    let tries = 0;
    tries < 100 && (await inside(bench, container.id, 'ls', '/dev')).includes('own') === false;
    tries++
  );
  {
    using dev = openInside(container);
    equal(dev.uid, 0);
    equal(dev.put({ ...NULL, mode: 0o666 }), true);
    equal(dev.put({ ...NULL, name: 'own/null' }), true);
    throws(() => dev.put({ ...NULL, name: 'out/null' }));
    throws(() => dev.put({ ...NULL, name: 'other/null' }), /another file system/);
  }
  equal(await inside(bench, container.id, 'stat', '-c', '%t:%T %a', '/dev/sensor'), '1:3 666');
  equal(await inside(bench, container.id, 'sh', '-c', 'echo x > /dev/sensor && echo fine'), 'fine');
  deepEqual(readdirSync(outside), []);
  throws(() => openInside({ ...container, id: 'f'.repeat(64) }), /not the one/);
  throws(() => openInside({ ...container, pid: 2 ** 22 + 1 }), /does not run/);
});

test('the /dev of the host, and one that is a link, are not opened', { skip: ROOT }, async t => {
  throws(() => openInside({ id: '', name: 'host', pid: process.pid }), /whole \/dev of the host/);
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const outside = directory(t);
  mkdirSync(join(outside, 'dev'));
  // Its first process moves its own root: to a place whose /dev leads out.
  const chroot =
    'cd /tmp; busybox mkdir r; busybox cp -a /bin r; busybox ln -s OUT r/dev; exec busybox chroot r /bin/sleep 1000';
  await bench.up(
    `services: {app: {image: "IMAGE:1", init: false, stop_grace_period: 0s, command: [sh, -c, "${chroot.replace('OUT', join(outside, 'dev'))}"]}}`,
  );
  const container = await running(bench);
  for (let tries = 0; tries < 200 && !existsSync(`/proc/${container.pid}/root/bin/busybox`); tries++);
  for (let tries = 0; tries < 200 && existsSync(`/proc/${container.pid}/root/kept`); tries++)
    await new Promise(resolve => setTimeout(resolve, 20));
  throws(() => openInside(container), /not a directory/);
  deepEqual(readdirSync(join(outside, 'dev')), []);
});
