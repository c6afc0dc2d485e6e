import type { DeviceKind } from '../model/index.ts';

/** What nodes of a subsystem are for. Virtual ones (no hardware behind them) count only where told. */
const KINDS: Readonly<Record<string, { readonly kind: DeviceKind; readonly isVirtualToo?: true }>> = {
  tty: { kind: 'serial' },
  video4linux: { kind: 'camera', isVirtualToo: true },
  media: { kind: 'camera' },
  cec: { kind: 'camera' },
  'i2c-dev': { kind: 'i2c' },
  spidev: { kind: 'spi' },
  gpio: { kind: 'gpio', isVirtualToo: true },
  sound: { kind: 'sound', isVirtualToo: true },
  input: { kind: 'input', isVirtualToo: true },
  hidraw: { kind: 'hid', isVirtualToo: true },
  hidg: { kind: 'hid' },
  block: { kind: 'block' },
  tpm: { kind: 'tpm', isVirtualToo: true },
  tpmrm: { kind: 'tpm', isVirtualToo: true },
  drm: { kind: 'gpu' },
  kfd: { kind: 'gpu', isVirtualToo: true },
  apex: { kind: 'accelerator', isVirtualToo: true },
  hailo_chardev: { kind: 'accelerator', isVirtualToo: true },
  accel: { kind: 'accelerator', isVirtualToo: true },
  usb: { kind: 'usb' },
  usbmisc: { kind: 'modem' },
  wwan: { kind: 'modem' },
  iio: { kind: 'sensor' },
  pps: { kind: 'time' },
  ptp: { kind: 'time' },
  rtc: { kind: 'time' },
  watchdog: { kind: 'watchdog' },
  lirc: { kind: 'infrared' },
  dvb: { kind: 'tuner' },
};

/** Nodes of the subsystem `misc` that are devices: neural units, graphics of boards. */
const MISC: readonly (readonly [RegExp, DeviceKind])[] = [
  [/^(rknpu|galcore|ethosu\d*|apusys|mdla|xdna|memryx|metis)/, 'accelerator'],
  [/^(mali\d*|nvmap|nvhost|rga|mpp_service)/, 'gpu'],
  [/^(hidraw|uhid)$/, 'hid'],
];

/** What a node is for; undefined for what is no device to give away. */
export function kindOf(
  subsystem: string,
  { name, isVirtual }: { readonly name: string; readonly isVirtual: boolean },
): DeviceKind | undefined {
  if (subsystem === 'misc') return MISC.find(([pattern]) => pattern.test(name))?.[1];
  if (!Object.hasOwn(KINDS, subsystem)) return undefined;
  const { kind, isVirtualToo = false } = KINDS[subsystem] ?? { kind: 'usb' };
  return isVirtual && !isVirtualToo ? undefined : kind;
}

/** The first kind that one of the nodes of a device has says what the device is. */
export const BY_WEIGHT: readonly DeviceKind[] = [
  'accelerator',
  'gpu',
  'camera',
  'modem',
  'serial',
  'sound',
  'tuner',
  'block',
  'input',
  'hid',
  'infrared',
  'sensor',
  'time',
];
