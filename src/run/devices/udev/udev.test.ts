import { deepEqual, equal, throws } from 'node:assert/strict';
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

test('udev itself takes the rules', t => {
  const rules = [
    udevRule({ ...FTDI, subsystem: 'tty' }, { link: 'sensor', mode: '0660', group: 'root' }),
    udevRule({ usb: { serial: 'a*[', port: '1-1.2', interface: '2' } }, { link: 'modem/at' }),
    udevRule({ path: '/dev/ttyUSB*' }, { mode: '0664' }),
  ];
  const directory = mkdtempSync(join(tmpdir(), 'sampan-udev-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, '70-x.rules');
  writeFileSync(path, rules.join(''));
  const verified = spawnSync('udevadm', ['verify', path], { encoding: 'utf8' });
  if (verified.error !== undefined) return t.skip('udevadm is not there');
  // Before systemd 254 it cannot verify; then it reads them as rules of a system, in a place of its own.
  if (verified.status === 0) return;
  if (process.geteuid?.() !== 0) return t.skip('only root can show udev other rules');
  writeFileSync(path, `${rules.join('')}BOGUS=="x", LINK="y"\n`);
  const script = `mkdir -p /run/udev && mount -t tmpfs none /run/udev && mkdir /run/udev/rules.d && cp ${path} /run/udev/rules.d/ && SYSTEMD_LOG_LEVEL=info udevadm test /devices/system/cpu/cpu0 2>&1`;
  const { stdout } = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
  const told = stdout.split('\n').filter(line => line.includes('70-x.rules:'));
  // That a wrong one is told shows that the others were read.
  deepEqual(new Set(told.map(line => /70-x\.rules:(\d+)/.exec(line)?.[1])), new Set(['4']), stdout);
});
