import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Device } from '../model/index.ts';
import {
  ch340,
  cp2102,
  ftdi,
  gps,
  type MadeDevice,
  makeMachine,
  modem,
  raspberryPi,
  soundCard,
  webcam,
  zigbee,
} from '../testing/index.ts';
import { openCatalogue } from './catalogue.ts';
import { numbersOf } from './files.ts';
import { selectorText, stableSelector } from './stable.ts';

function read(...devices: readonly MadeDevice[]): readonly Device[] {
  using machine = makeMachine();
  for (const device of devices) machine.plug(device);
  return openCatalogue(machine.roots).read();
}

function selectors(devices: readonly Device[]): readonly string[] {
  return devices.map(device => {
    const selector = stableSelector(device, devices);
    return selector === undefined ? '' : selectorText(selector);
  });
}

test('a USB device has all its nodes, whatever subsystem they are of', () => {
  const [camera, ...none] = read(webcam({ port: '1-1.2' }));
  equal(none.length, 0);
  deepEqual(
    [camera?.kind, camera?.name, camera?.driver, camera?.isRemovable],
    ['camera', 'HD Pro Webcam C920', 'uvcvideo', true],
  );
  deepEqual(
    camera?.nodes.map(({ path, interface: number }) => `${path} ${number ?? '-'}`),
    [
      '/dev/media0 00',
      '/dev/snd/controlC1 02',
      '/dev/snd/pcmC1D0c 02',
      '/dev/bus/usb/001/010 -',
      '/dev/video0 00',
      '/dev/video1 00',
    ],
  );
  equal(camera?.usb?.interfaces.length, 4);
  const [card] = read(soundCard({ port: '2-1' }));
  deepEqual(
    card?.nodes.map(({ subsystem }) => subsystem),
    ['hidraw', 'input', 'sound', 'sound', 'usb'],
  );
  equal(card?.kind, 'sound');
});

test('what sticks and modems are is seen, hubs and consoles are left out', () => {
  const hub: MadeDevice = {
    place: '/devices/pci0000:00/0000:00:14.0/usb1/1-1',
    files: { idVendor: '05e3', idProduct: '0608', bDeviceClass: '09' },
    nodes: [{ name: 'bus/usb/001/002', subsystem: 'usb', numbers: '189:1', at: '' }],
  };
  const devices = read(
    hub,
    zigbee({ port: '1-1.1', number: 1 }),
    gps({ port: '1-1.2', number: 2 }),
    modem({ port: '1-1.3', number: 3 }),
  );
  deepEqual(
    devices.map(({ kind, usb }) => `${kind} ${usb?.port}`),
    ['serial 1-1.1', 'serial 1-1.2', 'modem 1-1.3'],
  );
  deepEqual(
    devices[2]?.nodes.filter(({ subsystem }) => subsystem === 'tty').map(one => one.interface),
    ['00', '01', '02', '03'],
  );
});

test('what a board has built in is found by subsystem', () => {
  const devices = read(...raspberryPi());
  deepEqual(devices.map(({ kind, nodes }) => `${kind} ${nodes.map(({ path }) => path).join(' ')}`).sort(), [
    'accelerator /dev/apex_0',
    'accelerator /dev/hailo0',
    'accelerator /dev/rknpu',
    'gpio /dev/gpiochip0',
    'gpu /dev/dri/renderD128',
    'i2c /dev/i2c-1',
    'serial /dev/ttyAMA0',
    'spi /dev/spidev0.0',
    'tpm /dev/tpm0',
  ]);
  ok(selectors(devices).includes('{path: /dev/dri/by-path/platform-gpu-render}'));
  ok(devices.every(({ isRemovable }) => !isRemovable));
});

test('CAN interfaces and 1-Wire slaves are devices without nodes', () => {
  using machine = makeMachine();
  const { sys } = machine.roots;
  for (const [name, type] of [
    ['can0', '280'],
    ['eth0', '1'],
  ] as const) {
    mkdirSync(join(sys, 'devices/platform/spi/net', name), { recursive: true });
    writeFileSync(join(sys, 'devices/platform/spi/net', name, 'type'), `${type}\n`);
    mkdirSync(join(sys, 'class/net'), { recursive: true });
    symlinkSync(`../../devices/platform/spi/net/${name}`, join(sys, 'class/net', name));
  }
  mkdirSync(join(sys, 'bus/w1/devices/28-00000a1b2c3d'), { recursive: true });
  mkdirSync(join(sys, 'bus/w1/devices/w1_bus_master1'), { recursive: true });
  deepEqual(
    openCatalogue(machine.roots)
      .read()
      .map(({ kind, interfaceName }) => `${kind} ${interfaceName}`)
      .sort(),
    ['can can0', 'one-wire 28-00000a1b2c3d'],
  );
});

test('the selector is the serial number, else vendor and product, with the port where two are alike', () => {
  deepEqual(selectors(read(ftdi({ port: '1-1' }), ch340({ port: '1-2', number: 1 }))), [
    '{usb: {vendor: "0403", product: "6001", serial: A50285BI}}',
    '{usb: {vendor: "1a86", product: "7523"}}',
  ]);
  deepEqual(selectors(read(cp2102({ port: '1-1' }), cp2102({ port: '1-2', number: 1 }))), [
    '{usb: {vendor: "10c4", product: ea60, port: "1-1"}}',
    '{usb: {vendor: "10c4", product: ea60, port: "1-2"}}',
  ]);
  equal(
    selectors(read(cp2102({ port: '1-1' })))[0],
    '{usb: {vendor: "10c4", product: ea60, serial: "0001"}}',
  );
});

test('another device under the same number is seen, as is one that went', () => {
  using machine = makeMachine();
  const catalogue = openCatalogue(machine.roots);
  const first = ftdi({ port: '1-1' });
  machine.plug(first);
  equal(catalogue.read()[0]?.usb?.vendor, '0403');
  machine.unplug(first.place);
  deepEqual(catalogue.read(), []);
  machine.plug(ch340({ port: '1-1' }));
  deepEqual(
    catalogue.read().map(({ usb, nodes }) => [usb?.vendor, nodes[0]?.path]),
    [['1a86', '/dev/ttyUSB0']],
  );
});

test('names that lead out of /dev, and texts with control characters, do no harm', () => {
  const evil = ftdi({ port: '1-1' });
  const bad: MadeDevice = {
    ...evil,
    files: { ...evil.files, product: 'a\u001b[31mb' },
    nodes: [...evil.nodes, { name: '../../etc/x', subsystem: 'tty', numbers: '188:9', at: 'x/tty/x' }],
  };
  const [device] = read(bad);
  equal(device?.nodes.length, 2);
  equal(device?.name, 'FTDI a[31mb');
});

test('the numbers of a node are read from its device number', () => {
  deepEqual(numbersOf(0x0404), { major: 4, minor: 4 });
  deepEqual(numbersOf(((188 & 0xfff) << 8) | 3), { major: 188, minor: 3 });
  deepEqual(numbersOf((259 << 8) | ((70_000 & 0xfff00) * 4096) | (70_000 & 0xff)), {
    major: 259,
    minor: 70_000,
  });
});
