import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ContainerEdits } from '../../supervise/index.ts';
import { openCatalogue } from '../catalogue/index.ts';
import type { DeviceSelector } from '../model/index.ts';
import { ftdi, type MadeDevice, makeMachine, raspberryPi, webcam } from '../testing/index.ts';
import { classesOf, classRules, majorsOf, nodeRule } from './classes.ts';
import { grantDevices } from './edits.ts';
import { readWish, writeWish } from './wish.ts';

const ROOT = process.geteuid?.() === 0 ? false : 'only root makes device nodes';
const PI = raspberryPi();

interface Given {
  readonly edits: ContainerEdits;
  readonly warnings: readonly string[];
}

function give(
  selectors: readonly DeviceSelector[],
  devices: readonly MadeDevice[],
  directory?: string,
): Given {
  using machine = makeMachine();
  for (const device of devices) machine.plug(device);
  mkdirSync(join(machine.roots.sys, 'proc'));
  const text = 'Character devices:\n  4 ttyS\n188 ttyUSB\n245 hidraw\n\nBlock devices:\n  8 sd\n';
  writeFileSync(join(machine.roots.sys, 'proc/devices'), text);
  const warnings: string[] = [];
  const edits = grantDevices(
    { project: 'p', service: 's', selectors, makesNodes: false },
    {
      devices: openCatalogue(machine.roots).read(),
      roots: { ...machine.roots, proc: join(machine.roots.sys, 'proc') },
      directory,
      warn: line => warnings.push(line),
    },
  );
  return { edits, warnings };
}

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-grant-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('what is built in is allowed alone, what can be unplugged with its class', () => {
  const { edits } = give(
    [{ path: '/dev/i2c-1' }, { usb: { vendor: '0403' } }],
    [...PI, ftdi({ port: '1-1' })],
  );
  deepEqual(edits.deviceRules, ['c 89:1 rw', 'c 188:* rw']);
  equal(edits.dropsMknod, true);
  deepEqual(edits.devices, [
    { hostPath: '/dev/i2c-1', path: '/dev/i2c-1', permissions: 'rw' },
    { hostPath: '/dev/ttyUSB0', path: '/dev/ttyUSB0', permissions: 'rw' },
  ]);
});

test('numbers that unlike things share are never allowed as a whole', () => {
  equal(
    nodeRule({ type: 'c', major: 10, minor: 224 }, { isRemovable: true, permissions: 'r' }),
    'c 10:224 r',
  );
  equal(nodeRule({ type: 'b', major: 8, minor: 17 }, { isRemovable: true, permissions: 'rw' }), 'b 8:* rw');
});

test('a device that may come later leaves the rule of what it may come as', () => {
  const later = (selector: DeviceSelector): Given => give([{ ...selector, required: false }], []);
  deepEqual(later({ path: '/dev/ttyUSB*' }).edits.deviceRules, ['c 188:* rw']);
  deepEqual(later({ path: '/dev/serial/by-id/x' }).edits.deviceRules, ['c 188:* rw', 'c 166:* rw']);
  deepEqual(later({ usb: { vendor: '046d' }, subsystem: 'camera' }).edits.deviceRules, ['c 81:* rw']);
  deepEqual(later({ usb: { vendor: '0403' } }).edits.deviceRules, [
    'c 188:* rw',
    'c 166:* rw',
    'c 189:* rw',
    'c 81:* rw',
    'c 245:* rw',
    'c 13:* rw',
    'c 116:* rw',
  ]);
  match(later({ path: '/dev/hailo0' }).warnings.join('; '), /no rule can be given before it was seen/);
});

test('the numbers of classes are those that the kernel has', () => {
  const majors = majorsOf('Character devices:\n  4 tty\n300 ttyUSB\n\nBlock devices:\n  8 sd\n');
  deepEqual([majors.get('ttyUSB'), majors.get('sd')], [300, 8]);
  const classes = classesOf({ path: '/dev/ttyUSB0' });
  deepEqual(classRules(classes, { majors, permissions: 'r' }).rules, ['c 300:* r']);
});

test('fewer devices than asked are refused with what was seen, more are told', () => {
  const devices = [ftdi({ port: '1-1', serial: 'A' }), ftdi({ port: '1-2', number: 1, serial: 'B' })];
  throws(() => give([{ usb: { serial: 'C' }, name: 'scale' }], devices), /s: scale .* matches no device/);
  const { warnings, edits } = give([{ usb: { vendor: '0403' } }], devices);
  match(warnings.join(), /matches 2 devices, and 1 is asked for/);
  equal(edits.devices.length, 1);
});

test('containers start with nodes of their own, which nobody else can reach', { skip: ROOT }, t => {
  const path = directory(t);
  const selectors: DeviceSelector[] = [
    { usb: { vendor: '0403' }, as: '/dev/bus/sensor', mode: 0o640, uid: 7, gid: 8 },
    { usb: { vendor: '046d' }, subsystem: 'camera', permissions: 'r' },
  ];
  const { edits } = give(
    selectors,
    [ftdi({ port: '1-1' }), webcam({ port: '1-2', number: 3 })],
    join(path, 's'),
  );
  deepEqual(
    edits.devices.map(({ hostPath, path: inside, permissions }) => [
      hostPath.slice(path.length),
      inside,
      permissions,
    ]),
    [
      ['/s/nodes-rw', '/dev', 'rw'],
      ['/s/nodes-r', '/dev', 'r'],
    ],
  );
  deepEqual(readdirSync(join(path, 's/nodes-r')).sort(), ['null', 'video0', 'video1']);
  const stat = lstatSync(join(path, 's/nodes-rw/bus/sensor'));
  deepEqual([stat.rdev, stat.mode & 0o777, stat.uid, stat.gid], [188 << 8, 0o640, 7, 8]);
  equal(lstatSync(join(path, 's')).mode & 0o077, 0);
  ok(edits.groups.includes('8'));
  give(selectors.slice(0, 1), [ftdi({ port: '1-1', number: 2 })], join(path, 's'));
  equal(lstatSync(join(path, 's/nodes-rw/bus/sensor')).rdev, (188 << 8) | 2);
});

test('names that the system has, and sockets in its directories, are refused', () => {
  const devices = [ftdi({ port: '1-1' })];
  for (const as of ['/dev/null', '/dev/pts/0', '/dev/../etc/x', '/dev//x', '/etc/x', '/dev/fd'])
    throws(() => give([{ usb: { vendor: '0403' }, as }], devices), /cannot be the name/, as);
  const asks = (notify: string, path: string): Given =>
    give([{ usb: { vendor: '0403' }, notify }], devices, path);
  if (ROOT !== false) return;
  const path = mkdtempSync(join(tmpdir(), 'sampan-grant-'));
  try {
    throws(() => asks('/run/devices.sock', path), /its directory is the system's/);
    const { mounts, environment } = asks('/run/sampan/devices.sock', path).edits;
    deepEqual(mounts[0], {
      type: 'bind',
      source: join(path, 'notify'),
      target: '/run/sampan',
      isReadOnly: true,
    });
    deepEqual(environment, { SAMPAN_DEVICES_SOCKET: '/run/sampan/devices.sock' });
  } finally {
    rmSync(path, { recursive: true });
  }
});

test('what is kept is believed only when nobody else could have written it', t => {
  const path = directory(t);
  const wish = {
    version: 1,
    project: 'p',
    service: 's',
    selectors: [{ path: '/dev/x' }],
    slots: [],
  } as const;
  writeWish(path, wish);
  deepEqual(readWish(path), wish);
  chmodSync(join(path, 'wish.json'), 0o666);
  equal(readWish(path), undefined);
  rmSync(join(path, 'wish.json'));
  writeFileSync(join(path, 'wish.json'), '{"version":1', { mode: 0o600 });
  equal(readWish(path), undefined);
});
