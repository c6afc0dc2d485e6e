import { SampanError } from '../../../core/errors/index.ts';
import type { DeviceSelector } from '../model/index.ts';
import { subsystemsOf } from '../select/index.ts';

/** What a rule gives the nodes. */
export interface RuleOptions {
  /** The name of a link below `/dev`. */
  readonly link?: string | undefined;
  /** In octal digits. */
  readonly mode?: string | undefined;
  readonly group?: string | undefined;
}

/**
 * A rule of udev for what a selector means: a link that lasts, a mode, a group. (udev(7))
 *
 * @throws SampanError `usage` for values that udev would take for patterns or more rules.
 */
export function udevRule({ usb, subsystem, path }: DeviceSelector, options: RuleOptions): string {
  const matches = [
    'ACTION!="remove"',
    ...subsystemMatch(subsystem, usb !== undefined),
    ...(path === undefined ? [] : [match('KERNEL', kernelName(path), true)]),
    ...(usb?.interface === undefined
      ? []
      : [match('ENV{ID_USB_INTERFACE_NUM}', usb.interface.padStart(2, '0'))]),
    ...(usb === undefined ? [] : usbMatches(usb, subsystem === 'usb')),
  ];
  const { link, mode, group } = options;
  const gives = [
    ...(link === undefined
      ? []
      : [`SYMLINK+="${plain(link.replace(/^\/dev\//, ''), /^[\w./-]+$/, 'link')}"`]),
    ...(mode === undefined ? [] : [`MODE="${plain(mode, /^0?[0-7]{3}$/, 'mode')}"`]),
    ...(group === undefined ? [] : [`GROUP="${plain(group, /^[\w-]+$/, 'group')}"`]),
  ];
  if (gives.length === 0)
    throw new SampanError('usage', 'a rule must give something', { remedy: 'add --link, --mode or --group' });
  return `${[...matches, ...gives].join(', ')}\n`;
}

function subsystemMatch(subsystem: string | undefined, isUsb: boolean): readonly string[] {
  if (subsystem === undefined) return isUsb ? ['SUBSYSTEM!="usb"', 'SUBSYSTEMS=="usb"'] : [];
  const names = subsystemsOf(subsystem).filter(
    one => one !== subsystem || subsystemsOf(subsystem).length === 1,
  );
  return [match('SUBSYSTEM', names.join('|'), true)];
}

function usbMatches(
  { vendor, product, serial, port }: NonNullable<DeviceSelector['usb']>,
  isRaw: boolean,
): readonly string[] {
  // All that is asked of a parent must be so of one and the same parent.
  const key = (name: string): string => (isRaw ? `ATTR{${name}}` : `ATTRS{${name}}`);
  return [
    ...(vendor === undefined ? [] : [match(key('idVendor'), vendor)]),
    ...(product === undefined ? [] : [match(key('idProduct'), product)]),
    ...(serial === undefined ? [] : [match(key('serial'), serial)]),
    ...(port === undefined ? [] : [match(isRaw ? 'KERNEL' : 'KERNELS', port)]),
  ];
}

function kernelName(path: string): string {
  const name = path.replace(/^\/dev\//, '');
  if (/^(serial|v4l|disk|input|snd|dri)\/by-/.test(name))
    throw new SampanError('usage', `${path} is a link of udev itself`, {
      remedy: 'select the device by usb',
    });
  return name.split('/').at(-1) ?? name;
}

/** A text that means itself; `*`, `?`, `[` and `|` would be a pattern. */
function match(key: string, value: string, isPattern = false): string {
  if (/["\\\n\r]/.test(value) || value.length > 256)
    throw new SampanError('usage', `${JSON.stringify(value)} cannot be written in a rule of udev`);
  return `${key}=="${isPattern ? value : value.replace(/[*?[|]/g, letter => (letter === '|' ? '?' : `[${letter}]`))}"`;
}

function plain(value: string, pattern: RegExp, what: string): string {
  if (pattern.test(value) && !value.split('/').includes('..')) return value;
  throw new SampanError('usage', `${JSON.stringify(value)} is no ${what} for a rule of udev`);
}
