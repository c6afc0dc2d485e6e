import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { openCatalogue } from '../catalogue/index.ts';
import type { Device, DeviceSelector } from '../model/index.ts';
import {
  ch340,
  cp2102,
  ftdi,
  gps,
  type MadeDevice,
  makeMachine,
  modem,
  raspberryPi,
  webcam,
} from '../testing/index.ts';
import { fitOf } from './explain.ts';
import { matchesGlob } from './glob.ts';
import { matchDevices } from './match.ts';
import { fillSlots } from './slots.ts';

function read(...devices: readonly MadeDevice[]): readonly Device[] {
  using machine = makeMachine();
  for (const device of devices) machine.plug(device);
  return openCatalogue(machine.roots).read();
}

const paths = (selector: DeviceSelector, devices: readonly Device[]): readonly string[] =>
  matchDevices(selector, devices).flatMap(({ nodes }) => nodes.map(({ path }) => path));

test('globs match names and links, and never take long', () => {
  equal(matchesGlob('/dev/ttyUSB10', '/dev/ttyUSB*'), true);
  equal(matchesGlob('/dev/ttyUSB1', '/dev/tty[A-Z]SB[!2-9]'), true);
  equal(matchesGlob('/dev/snd/controlC0', '/dev/*'), false);
  equal(matchesGlob('/dev/snd/controlC0', '/dev/**'), true);
  equal(matchesGlob('/dev/ttyUSB1', '/dev/ttyUSB?0'), false);
  equal(matchesGlob('/dev/a.b', '/dev/a?b'), true);
  equal(matchesGlob(`/dev/${'a'.repeat(900)}`, `/dev/${'a*'.repeat(100)}b`), false);
  equal(matchesGlob('/dev/x', '/'.repeat(300)), false);
});

test('a USB device is meant by what it says of itself, and by where it is', () => {
  const devices = read(
    ftdi({ port: '1-1' }),
    cp2102({ port: '1-2', number: 1 }),
    cp2102({ port: '1-3', number: 2 }),
  );
  deepEqual(paths({ usb: { vendor: '0403' } }, devices), ['/dev/ttyUSB0']);
  deepEqual(paths({ usb: { vendor: '10C4', port: '1-3' } }, devices), ['/dev/ttyUSB2']);
  deepEqual(paths({ usb: { serial: '0001' } }, devices), ['/dev/ttyUSB1', '/dev/ttyUSB2']);
  deepEqual(paths({ usb: { serial: 'A50285BI' }, subsystem: 'usb' }, devices), ['/dev/bus/usb/001/010']);
  deepEqual(paths({ path: '/dev/serial/by-id/*FTDI*' }, devices), ['/dev/ttyUSB0']);
  deepEqual(paths({ subsystem: 'serial' }, devices).length, 3);
  deepEqual(paths({ cdi: 'vendor/class=name' }, devices), []);
});

test('an interface or a subsystem picks nodes of a device that has many', () => {
  const devices = read(modem({ port: '1-1' }), webcam({ port: '1-2', number: 5 }));
  deepEqual(paths({ usb: { vendor: '2c7c', interface: '02' } }, devices), ['/dev/ttyUSB2']);
  deepEqual(paths({ usb: { vendor: '2c7c', interface: '4' } }, devices), ['/dev/cdc-wdm0']);
  deepEqual(paths({ usb: { vendor: '046d' }, subsystem: 'video4linux' }, devices), [
    '/dev/video0',
    '/dev/video1',
  ]);
  equal(paths({ usb: { vendor: '046d' } }, devices).includes('/dev/bus/usb/001/015'), false);
  const [camera] = fillSlots([{ usb: { vendor: '046d' }, as: '/dev/camera' }], devices);
  deepEqual(
    camera?.nodes.map(({ path, hostPath }) => `${hostPath} ${path}`),
    ['/dev/video0 /dev/camera'],
  );
});

test('fewer devices than asked are told with what is nearly right', () => {
  const devices = read(ftdi({ port: '1-1', serial: 'OTHER' }), gps({ port: '1-2', number: 1 }));
  const { fit, text } = fitOf({ usb: { vendor: '0403', product: '6001', serial: 'MINE' } }, devices);
  equal(fit, 'fewer');
  match(text, /matches no device; seen: FTDI FT232R USB UART \(\/dev\/ttyUSB0\) \{usb: .*serial: OTHER\}\}$/);
  match(fitOf({ usb: { vendor: 'dead' } }, devices).text, /no device; seen: FTDI.*; u-blox/);
  match(fitOf({ path: '/dev/ttyUSB7' }, devices).text, /seen: FTDI/);
  match(fitOf({ path: '/dev/video0' }, read()).text, /nothing like it is plugged in/);
  match(fitOf({ usb: { vendor: '0403' }, count: 2 }, devices).text, /1 of 2 devices; /);
  equal(fitOf({ usb: { vendor: '0403' } }, devices).fit, 'right');
});

test('more devices than asked are told, each with what means it alone', () => {
  const devices = read(cp2102({ port: '1-2', number: 1 }), cp2102({ port: '1-3', number: 2 }));
  const { fit, text } = fitOf({ usb: { vendor: '10c4' } }, devices);
  equal(fit, 'more');
  match(text, /matches 2 devices, and 1 is asked for: .*port: "1-2".*; .*port: "1-3"/);
  equal(fitOf({ usb: { vendor: '10c4' }, count: -1 }, devices).fit, 'right');
  equal(fitOf({ usb: { vendor: '10c4' }, count: 2 }, devices).fit, 'right');
});

test('a device keeps its name inside, under whatever number it comes back', () => {
  const wish: DeviceSelector[] = [{ usb: { vendor: '0403' } }];
  const first = fillSlots(wish, read(ftdi({ port: '1-1', number: 0 })));
  deepEqual(
    first[0]?.nodes.map(({ path, minor }) => [path, minor]),
    [['/dev/ttyUSB0', 0]],
  );
  const gone = fillSlots(
    wish,
    [],
    first.map(({ slot }) => slot),
  );
  deepEqual([gone[0]?.device, gone[0]?.nodes], [undefined, []]);
  const back = fillSlots(
    wish,
    read(ftdi({ port: '1-4', number: 7 })),
    gone.map(({ slot }) => slot),
  );
  deepEqual(
    back[0]?.nodes.map(({ path, minor, hostPath }) => [path, minor, hostPath]),
    [['/dev/ttyUSB0', 7, '/dev/ttyUSB7']],
  );
});

test('two alike keep their places when the first one goes', () => {
  const wish: DeviceSelector[] = [{ usb: { vendor: '10c4' }, count: 2, as: '/dev/meter' }];
  const [a, b] = [cp2102({ port: '1-1', number: 0 }), cp2102({ port: '1-2', number: 1 })];
  const names = (filled: ReturnType<typeof fillSlots>): unknown =>
    filled.map(({ nodes }) => nodes.map(({ path, minor }) => `${path} ${minor}`).join());
  const both = fillSlots(wish, read(a, b));
  deepEqual(names(both), ['/dev/meter 0', '/dev/meter-2 1']);
  const slots = both.map(({ slot }) => slot);
  deepEqual(names(fillSlots(wish, read(a, b).slice(1), slots)), ['', '/dev/meter-2 1']);
  deepEqual(names(fillSlots(wish, read(a, b), slots)), ['/dev/meter 0', '/dev/meter-2 1']);
});

test('another model does not take the place, another of the same model does', () => {
  const wish: DeviceSelector[] = [{ usb: { vendor: '0403', product: '6001' }, as: '/dev/sensor' }];
  const slots = fillSlots(wish, read(ftdi({ port: '1-1' }))).map(({ slot }) => slot);
  deepEqual(fillSlots(wish, read(ch340({ port: '1-1' })), slots)[0]?.nodes, []);
  equal(fillSlots(wish, read(ftdi({ port: '1-1', serial: 'NEW' })), slots)[0]?.nodes[0]?.path, '/dev/sensor');
});

test('no two nodes have one name', () => {
  const wish: DeviceSelector[] = [{ usb: { vendor: '0403' } }, { usb: { vendor: '1a86' } }];
  const slots = fillSlots(wish, read(ftdi({ port: '1-1', number: 0 }))).map(({ slot }) => slot);
  const later = fillSlots(wish, read(ch340({ port: '1-2', number: 0 })), slots);
  deepEqual(
    later.map(({ nodes }) => nodes[0]?.path),
    [undefined, '/dev/ttyUSB1'],
  );
});

test('mode, owner and permissions are those of the selector, where it has them', () => {
  const [filled] = fillSlots(
    [{ path: '/dev/i2c-1', mode: 0o660, gid: 998, permissions: 'r' }],
    read(...raspberryPi()),
  );
  const [node] = filled?.nodes ?? [];
  deepEqual([node?.mode, node?.uid === undefined, node?.gid, node?.permissions], [0o660, false, 998, 'r']);
});
