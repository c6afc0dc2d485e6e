import type { Device, DeviceSelector, HostNode } from '../model/index.ts';
import { matchesGlob } from './glob.ts';

/** A device that is meant, with those of its nodes that are. */
export interface Match {
  readonly device: Device;
  /** The one that `as` names first. */
  readonly nodes: readonly HostNode[];
}

/** Words that people use for subsystems. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  serial: ['tty'],
  camera: ['video4linux'],
  video: ['video4linux'],
  i2c: ['i2c-dev'],
  spi: ['spidev'],
  hid: ['hidraw'],
  dri: ['drm'],
  gpu: ['drm', 'nvidia', 'kfd'],
  net: ['can'],
  tpm: ['tpm', 'tpmrm'],
  hailo: ['hailo_chardev'],
  coral: ['apex'],
};

/** What a subsystem of a selector means, in names of the kernel. */
export function subsystemsOf(subsystem: string): readonly string[] {
  return Object.hasOwn(ALIASES, subsystem) ? [...(ALIASES[subsystem] ?? []), subsystem] : [subsystem];
}

/** Nodes that programs open first, of each kind of device. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  camera: ['video4linux'],
  serial: ['tty'],
  modem: ['tty', 'usbmisc'],
  sound: ['sound'],
  input: ['input'],
  hid: ['hidraw'],
  block: ['block'],
  gpu: ['drm', 'nvidia'],
};

/** The devices that a selector means, in the order of their places. CDI names mean none here. */
export function matchDevices(selector: DeviceSelector, devices: readonly Device[]): readonly Match[] {
  if (selector.cdi !== undefined) return [];
  return devices.flatMap(device => {
    if (!isUsb(selector, device)) return [];
    const nodes = nodesOf(selector, device);
    return nodes.length === 0 ? [] : [{ device, nodes }];
  });
}

/** Whether the USB part of a selector fits, but for its interface. */
export function isUsb({ usb: wanted }: DeviceSelector, { usb }: Device): boolean {
  if (wanted === undefined) return true;
  if (usb === undefined) return false;
  const same = (want: string | undefined, got: string | undefined): boolean =>
    want === undefined || want === got;
  return (
    same(wanted.vendor?.toLowerCase(), usb.vendor) &&
    same(wanted.product?.toLowerCase(), usb.product) &&
    same(wanted.serial, usb.serial) &&
    same(wanted.port, usb.port)
  );
}

function nodesOf({ usb, subsystem, path }: DeviceSelector, { nodes, kind }: Device): readonly HostNode[] {
  const subsystems = subsystem === undefined ? undefined : subsystemsOf(subsystem);
  const number = usb?.interface?.toLowerCase().padStart(2, '0');
  const meant = nodes.filter(
    node =>
      (subsystems === undefined || subsystems.includes(node.subsystem)) &&
      (number === undefined || node.interface === number) &&
      (path === undefined || [node.path, ...node.links].some(one => matchesGlob(one, path))),
  );
  // The raw node gives all of the device, past its drivers: only where there is no other, or where it is asked for.
  const driven = meant.filter(node => node.subsystem !== 'usb');
  const given = subsystem === undefined && path === undefined && driven.length > 0 ? driven : meant;
  const first = FIRST[kind] ?? [];
  const weight = (node: HostNode): number => {
    const at = first.indexOf(node.subsystem);
    return at < 0 ? first.length : at;
  };
  return given.toSorted((a, b) => weight(a) - weight(b));
}
