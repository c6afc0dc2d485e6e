import { equal, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { udevRule } from './rules.ts';

const FTDI = { usb: { vendor: '0403', product: '6001', serial: 'A50285BI' } };

test('a rule matches what the selector means, and gives link, mode and group', () => {
  equal(
    udevRule({ ...FTDI, subsystem: 'tty' }, { link: '/dev/sensor', mode: '0660', group: 'dialout' }),
    'ACTION!="remove", SUBSYSTEM=="tty", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", ATTRS{serial}=="A50285BI", SYMLINK+="sensor", MODE="0660", GROUP="dialout"\n',
  );
  equal(
    udevRule({ usb: { vendor: '2c7c', port: '1-1.2', interface: '2' } }, { link: 'modem/at' }),
    'ACTION!="remove", SUBSYSTEM!="usb", SUBSYSTEMS=="usb", ENV{ID_USB_INTERFACE_NUM}=="02", ATTRS{idVendor}=="2c7c", KERNELS=="1-1.2", SYMLINK+="modem/at"\n',
  );
  equal(
    udevRule({ usb: { vendor: '0483' }, subsystem: 'usb' }, { mode: '0664' }),
    'ACTION!="remove", SUBSYSTEM=="usb", ATTR{idVendor}=="0483", MODE="0664"\n',
  );
  equal(
    udevRule({ path: '/dev/i2c-1' }, { group: 'i2c' }),
    'ACTION!="remove", KERNEL=="i2c-1", GROUP="i2c"\n',
  );
});

test('what a device says of itself cannot add to the rule', () => {
  const evil = (serial: string): string => udevRule({ usb: { serial } }, { link: 'x' });
  throws(() => evil('a", RUN+="/bin/sh'), /cannot be written/);
  throws(() => evil('a\nRUN+="x"'), /cannot be written/);
  equal(evil('a*').includes('ATTRS{serial}=="a[*]"'), true);
  throws(() => udevRule(FTDI, { link: '../etc/passwd' }), /no link/);
  throws(() => udevRule(FTDI, { link: '$env{x}' }), /no link/);
  throws(() => udevRule(FTDI, { mode: '9' }), /no mode/);
  throws(() => udevRule(FTDI, { group: 'a b' }), /no group/);
  throws(() => udevRule(FTDI, {}), /must give something/);
  throws(() => udevRule({ path: '/dev/serial/by-id/x' }, { link: 'x' }), /link of udev itself/);
});

test('udevadm finds nothing wrong with a rule', t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-udev-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, '70-x.rules');
  writeFileSync(path, udevRule(FTDI, { link: 'sensor', mode: '0660', group: 'root' }));
  const { error, status, stderr } = spawnSync('udevadm', ['verify', path], { encoding: 'utf8' });
  if (error !== undefined) return t.skip('udevadm is not there');
  if (/unknown|unrecognized/i.test(stderr)) return t.skip('this udevadm cannot verify');
  equal(status, 0, stderr);
});
