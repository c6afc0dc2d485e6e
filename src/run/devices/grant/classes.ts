import type { DeviceSelector, HostNode } from '../model/index.ts';
import { subsystemsOf } from '../select/index.ts';

/** A kind of node that comes under numbers of its own. */
interface NodeClass {
  readonly subsystem: string;
  readonly type: 'c' | 'b';
  /** As `/proc/devices` calls it. */
  readonly driver: string;
  /** What the kernel always gives it. (Linux, `admin-guide/devices.txt`) */
  readonly major?: number;
  /** How its nodes are called. */
  readonly nodes: RegExp;
  /** The group that distributions give its nodes. */
  readonly group: string;
}

const CLASSES: readonly NodeClass[] = [
  { subsystem: 'tty', type: 'c', driver: 'ttyUSB', major: 188, nodes: /^ttyUSB/, group: 'dialout' },
  { subsystem: 'tty', type: 'c', driver: 'ttyACM', major: 166, nodes: /^ttyACM/, group: 'dialout' },
  { subsystem: 'usb', type: 'c', driver: 'usb_device', major: 189, nodes: /^bus\/usb/, group: 'plugdev' },
  { subsystem: 'video4linux', type: 'c', driver: 'video4linux', major: 81, nodes: /^video/, group: 'video' },
  { subsystem: 'hidraw', type: 'c', driver: 'hidraw', nodes: /^hidraw/, group: 'plugdev' },
  { subsystem: 'input', type: 'c', driver: 'input', major: 13, nodes: /^input\//, group: 'input' },
  { subsystem: 'sound', type: 'c', driver: 'alsa', major: 116, nodes: /^snd\//, group: 'audio' },
  { subsystem: 'media', type: 'c', driver: 'media', nodes: /^media\d/, group: 'video' },
  { subsystem: 'usbmisc', type: 'c', driver: 'usb', major: 180, nodes: /^(cdc-wdm|usb\/)/, group: 'dialout' },
  { subsystem: 'i2c-dev', type: 'c', driver: 'i2c', major: 89, nodes: /^i2c-/, group: 'i2c' },
  { subsystem: 'spidev', type: 'c', driver: 'spi', major: 153, nodes: /^spidev/, group: 'spi' },
  { subsystem: 'gpio', type: 'c', driver: 'gpiochip', nodes: /^gpiochip/, group: 'gpio' },
  { subsystem: 'drm', type: 'c', driver: 'drm', major: 226, nodes: /^dri\//, group: 'render' },
  { subsystem: 'apex', type: 'c', driver: 'apex', nodes: /^apex_/, group: 'apex' },
  { subsystem: 'hailo_chardev', type: 'c', driver: 'hailo', nodes: /^hailo/, group: 'hailo' },
  { subsystem: 'accel', type: 'c', driver: 'accel', major: 261, nodes: /^accel\//, group: 'render' },
  { subsystem: 'lirc', type: 'c', driver: 'lirc', nodes: /^lirc/, group: 'video' },
  { subsystem: 'pps', type: 'c', driver: 'pps', nodes: /^pps/, group: 'dialout' },
  { subsystem: 'block', type: 'b', driver: 'sd', major: 8, nodes: /^(sd|disk\/)/, group: 'disk' },
  { subsystem: 'block', type: 'b', driver: 'mmc', major: 179, nodes: /^(mmcblk|disk\/)/, group: 'disk' },
];

/** What a USB device may turn out to be, when nothing else is said about it. */
const USB_CLASSES = new Set(['ttyUSB', 'ttyACM', 'usb_device', 'video4linux', 'hidraw', 'input', 'alsa']);

/** Numbers by the names of drivers, as the kernel has them now. (proc(5), `/proc/devices`) */
export function majorsOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [, major = '', name = ''] of text.matchAll(/^\s*(\d+)\s+(\S+)$/gm))
    if (!found.has(name)) found.set(name, Number(major));
  return found;
}

/** Classes that a device which is not there may come as. */
export function classesOf({ usb, subsystem, path }: DeviceSelector): readonly NodeClass[] {
  const names = subsystem === undefined ? undefined : subsystemsOf(subsystem);
  const bySubsystem = CLASSES.filter(one => names?.includes(one.subsystem) === true);
  if (names !== undefined) return bySubsystem;
  const below = path?.replace(/^\/dev\//, '');
  if (below === undefined) return usb === undefined ? [] : CLASSES.filter(one => USB_CLASSES.has(one.driver));
  const places: readonly (readonly [RegExp, string])[] = [
    [/^serial\//, 'tty'],
    [/^v4l\//, 'video4linux'],
  ];
  const place = places.find(([pattern]) => pattern.test(below))?.[1];
  return CLASSES.filter(one => one.subsystem === place || one.nodes.test(below));
}

/** Rules for classes; those whose number the kernel does not have yet are named. */
export function classRules(
  classes: readonly NodeClass[],
  { majors, permissions }: { readonly majors: ReadonlyMap<string, number>; readonly permissions: string },
): { readonly rules: readonly string[]; readonly unknown: readonly string[] } {
  const rules: string[] = [];
  const unknown: string[] = [];
  for (const { type, driver, major } of classes) {
    const number = majors.get(driver) ?? major;
    if (number === undefined) unknown.push(driver);
    else rules.push(`${type} ${number}:* ${permissions}`);
  }
  return { rules, unknown };
}

/** Majors that many unlike things share: never allowed as a whole. */
const SHARED_MAJORS = new Set([1, 4, 5, 10]);

/** The rule of one node: its whole class only where it can come back under another number. */
export function nodeRule(
  { type, major, minor }: Pick<HostNode, 'type' | 'major' | 'minor'>,
  { isRemovable, permissions }: { readonly isRemovable: boolean; readonly permissions: string },
): string {
  const isWide = isRemovable && !(type === 'c' && SHARED_MAJORS.has(major));
  return `${type} ${major}:${isWide ? '*' : minor} ${permissions}`;
}
