import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCatalogue } from '../catalogue/index.ts';
import { HOST_ROOTS } from '../model/index.ts';
import { ch340, ftdi, makeMachine } from '../testing/index.ts';
import { changesOf } from './changes.ts';
import { watchDevices } from './watch.ts';

async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !check(); tries++) await sleep(10);
  ok(check());
}

test('what comes and goes is seen, and what comes back as another is both', async () => {
  using machine = makeMachine();
  const catalogue = openCatalogue(machine.roots);
  let before = catalogue.read();
  const seen: string[] = [];
  using _ = watchDevices({
    roots: machine.roots,
    changed: () => {
      const after = catalogue.read();
      for (const { action, device } of changesOf(before, after)) seen.push(`${action} ${device.usb?.vendor}`);
      before = after;
    },
  });
  const device = ftdi({ port: '1-1' });
  machine.plug(device);
  await until(() => seen.length === 1);
  machine.unplug(device.place);
  machine.plug(ch340({ port: '1-1' }));
  await until(() => seen.length === 3);
  deepEqual(seen, ['add 0403', 'remove 0403', 'add 1a86']);
});

test('the count of the kernel alone is enough', async () => {
  using machine = makeMachine();
  let calls = 0;
  using _ = watchDevices({
    roots: { ...machine.roots, dev: '/nowhere' },
    changed: () => calls++,
    pollMs: 20,
  });
  writeFileSync(join(machine.roots.sys, 'kernel/uevent_seqnum'), '99');
  await until(() => calls > 0);
});

test('500 events are looked at a few times, and the last look sees all', async () => {
  using machine = makeMachine();
  const { dev } = machine.roots;
  mkdirSync(join(dev, 'input'));
  let calls = 0;
  using _ = watchDevices({ roots: machine.roots, changed: () => calls++, pollMs: 20 });
  const start = performance.now();
  for (let index = 0; index < 500; index++) {
    writeFileSync(join(dev, 'input', `event${index}`), '');
    writeFileSync(join(machine.roots.sys, 'kernel/uevent_seqnum'), String(1000 + index));
    if (index % 50 === 0) await sleep(1);
  }
  await until(() => calls > 0);
  await sleep(300);
  const allowed = (performance.now() - start) / 100 + 2;
  ok(calls <= allowed, `${calls} looks`);
});

test('an event of the kernel itself is seen', async t => {
  const uevent = '/sys/class/mem/null/uevent';
  if (process.geteuid?.() !== 0 || !existsSync(uevent))
    return t.skip('only root can have the kernel tell again');
  const looks: number[] = [];
  using _ = watchDevices({
    roots: { ...HOST_ROOTS, dev: '/nowhere' },
    changed: () => looks.push(performance.now()),
    pollMs: 20,
  });
  await sleep(50);
  const start = performance.now();
  writeFileSync(uevent, 'change');
  await until(() => looks.some(time => time > start));
});

test('nothing is looked at after the end', async () => {
  using machine = makeMachine();
  let calls = 0;
  const watching = watchDevices({ roots: machine.roots, changed: () => calls++, pollMs: 10 });
  writeFileSync(join(machine.roots.dev, 'x'), '');
  watching[Symbol.dispose]();
  await sleep(100);
  equal(calls, 0);
});
