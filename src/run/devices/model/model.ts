/** What a device is for. */
export type DeviceKind =
  | 'accelerator'
  | 'block'
  | 'camera'
  | 'can'
  | 'gpio'
  | 'gpu'
  | 'hid'
  | 'i2c'
  | 'infrared'
  | 'input'
  | 'modem'
  | 'one-wire'
  | 'sensor'
  | 'serial'
  | 'sound'
  | 'spi'
  | 'time'
  | 'tpm'
  | 'tuner'
  | 'usb'
  | 'watchdog';

/** A device node of the host. */
export interface HostNode {
  /** As programs open it: `/dev/ttyUSB0`. */
  readonly path: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  /** Permission bits; of udev where the node is there, `0600` otherwise. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** As the kernel names it: `tty`, `video4linux`. */
  readonly subsystem: string;
  /** The number of the USB interface that it belongs to: `00`. */
  readonly interface: string | undefined;
  /** Links below `/dev` that lead to it. */
  readonly links: readonly string[];
}

/** What a USB device says of itself, in the hexadecimal digits of sysfs. */
export interface UsbIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly serial: string | undefined;
  /** Where it is plugged in: `1-1.4`. The same socket has the same port. */
  readonly port: string;
  readonly deviceClass: string;
  readonly manufacturer: string | undefined;
  readonly productName: string | undefined;
  readonly interfaces: readonly UsbInterface[];
}

/** One function of a USB device. */
export interface UsbInterface {
  readonly number: string;
  readonly class: string;
  readonly driver: string | undefined;
}

/** Something that is plugged in or built in. */
export interface Device {
  /** Where it is in sysfs, below `/sys`; another device at the same place has the same. */
  readonly place: string;
  readonly kind: DeviceKind;
  /** For a person. */
  readonly name: string;
  readonly driver: string | undefined;
  readonly usb: UsbIdentity | undefined;
  readonly nodes: readonly HostNode[];
  /** Of a device that is no node: `can0`, or the name of a 1-Wire slave. */
  readonly interfaceName: string | undefined;
  /** Whether it can go and come back, perhaps under another number. */
  readonly isRemovable: boolean;
}

/** Which devices are meant, and how a container gets them: `x-sampan: devices` of a service. */
export interface DeviceSelector {
  readonly name?: string | undefined;
  readonly usb?:
    | {
        readonly vendor?: string | undefined;
        readonly product?: string | undefined;
        readonly serial?: string | undefined;
        readonly port?: string | undefined;
        readonly interface?: string | undefined;
      }
    | undefined;
  readonly subsystem?: string | undefined;
  /** A glob over nodes and the links to them. */
  readonly path?: string | undefined;
  readonly cdi?: string | undefined;
  /** The name inside; the name of the host unless told. */
  readonly as?: string | undefined;
  /** How many devices; 1 unless told, -1 for all that there are. */
  readonly count?: number | undefined;
  /** Whether a container is not made without it; true unless told. */
  readonly required?: boolean | undefined;
  readonly permissions?: string | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly onLost?: 'keep' | 'restart' | 'stop' | undefined;
  /** A signal, or the path of a socket inside. */
  readonly notify?: string | undefined;
}

/** Where the kernel shows its devices; other directories in tests, or in a container that has them elsewhere. */
export interface Roots {
  readonly sys: string;
  readonly dev: string;
  readonly proc: string;
}

/** The places of a running system. */
export const HOST_ROOTS: Roots = { sys: '/sys', dev: '/dev', proc: '/proc' };
