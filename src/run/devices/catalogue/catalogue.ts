import type { Device, DeviceKind, HostNode, Roots, UsbIdentity } from '../model/index.ts';
import { linkName, namesIn, readSmall, statOf } from './files.ts';
import { BY_WEIGHT, kindOf } from './kinds.ts';
import { linksOf } from './links.ts';
import { otherDevices } from './others.ts';
import { type RawCache, type RawNode, rawNodes } from './raw.ts';
import { usbIdentity, usbPlaceOf } from './usb.ts';

/** Reads what is plugged in, and remembers what has not changed between two calls. */
export interface Catalogue {
  /** All devices, sorted by their places. Never throws: what goes while it is read is left out. */
  read(): readonly Device[];
}

interface Group {
  readonly place: string;
  readonly usb: UsbIdentity | undefined;
  readonly raw: RawNode[];
}

/** Opens the catalogue of a machine. */
export function openCatalogue(roots: Roots): Catalogue {
  const cache: RawCache = new Map();
  return {
    read: () => {
      const groups = new Map<string, Group>();
      for (const raw of rawNodes(roots, cache)) {
        const place = groupOf(raw, roots.sys);
        let group = groups.get(place);
        if (group === undefined) {
          const usb = usbPlaceOf(raw.place);
          group = { place, usb: usb && usbIdentity(roots.sys, usb.place), raw: [] };
          groups.set(place, group);
        }
        group.raw.push(raw);
      }
      const links = linksOf(roots.dev);
      const devices = [...groups.values()].flatMap(group => deviceOf(group, { roots, links }) ?? []);
      return [...devices, ...otherDevices(roots)].sort((a, b) => (a.place < b.place ? -1 : 1));
    },
  };
}

/** Nodes of one USB device, of one card, of one input device belong together. */
function groupOf({ place, subsystem }: RawNode, sys: string): string {
  const usb = usbPlaceOf(place);
  if (usb !== undefined) return usb.place;
  const at = place.lastIndexOf(`/${subsystem}/`);
  if (at < 0 || place.startsWith('/devices/virtual/')) return virtualGroup(place, subsystem);
  // Several cameras or cards of one chip are several devices.
  const below = place.slice(at + subsystem.length + 2).split('/')[0];
  const isShared = namesIn(`${sys}${place.slice(0, at)}/${subsystem}`).length > 1 && subsystem !== 'drm';
  return isShared ? `${place.slice(0, at)}/${subsystem}/${below}` : place.slice(0, at);
}

function virtualGroup(place: string, subsystem: string): string {
  // `/devices/virtual/input/input5/event5`: the card or the input device, and not its nodes.
  const match = new RegExp(`^/devices/virtual/${subsystem}/[^/]+`).exec(place);
  return match?.[0] ?? place;
}

function deviceOf(
  { place, usb, raw }: Group,
  { roots, links }: { readonly roots: Roots; readonly links: ReadonlyMap<string, readonly string[]> },
): Device | undefined {
  const isUsb = usbPlaceOf(place) !== undefined;
  // A hub, or something that went while it was read.
  if (isUsb && usb === undefined) return undefined;
  const kinds = new Set(
    raw.flatMap(({ subsystem, name }) => kindOf(subsystem, { name, isVirtual: false }) ?? []),
  );
  const kind: DeviceKind = BY_WEIGHT.find(one => kinds.has(one)) ?? [...kinds][0] ?? 'usb';
  const directory = roots.sys + place;
  const nodes = raw
    .map(one => nodeOf(one, { roots, links: links.get(one.name) ?? [] }))
    .sort((a, b) => compareNodes(a, b));
  const driver =
    usb?.interfaces.find(({ driver: one }) => one !== undefined)?.driver ??
    linkName(`${directory}/driver`) ??
    linkName(`${directory}/device/driver`);
  const name = usb === undefined ? nameOf(directory, raw) : usbName(usb);
  return {
    place,
    kind,
    name,
    driver,
    usb,
    nodes,
    interfaceName: undefined,
    isRemovable: isUsb || isHotplug(raw),
  };
}

/** Cards and Bluetooth come and go like USB devices do. */
function isHotplug(raw: readonly RawNode[]): boolean {
  return raw.some(({ place }) => /\/(mmc_host|bluetooth|uhid|pcmcia)\b/.test(place));
}

function nodeOf(
  { type, major, minor, name, subsystem, place }: RawNode,
  { roots, links }: { readonly roots: Roots; readonly links: readonly string[] },
): HostNode {
  const stat = statOf(`${roots.dev}/${name}`);
  return {
    path: `/dev/${name}`,
    type,
    major,
    minor,
    // The kernel makes it before udev says whose it is.
    mode: stat === undefined ? 0o600 : Number(stat.mode) & 0o777,
    uid: Number(stat?.uid ?? 0),
    gid: Number(stat?.gid ?? 0),
    subsystem,
    interface: usbPlaceOf(place)?.interface,
    links: links.map(link => `/dev/${link}`).sort(),
  };
}

/** By number, so that `video2` is before `video10`. */
function compareNodes(a: HostNode, b: HostNode): number {
  if (a.subsystem !== b.subsystem) return a.subsystem < b.subsystem ? -1 : 1;
  return a.minor - b.minor || a.major - b.major;
}

function usbName({ manufacturer, productName, vendor, product }: UsbIdentity): string {
  const words = [manufacturer, productName].filter(word => word !== undefined);
  const isTwice = words.length === 2 && productName?.startsWith(manufacturer ?? '') === true;
  const text = (isTwice ? words.slice(1) : words).join(' ');
  // What a device says of itself may hold anything.
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 80) || `${vendor}:${product}`;
}

function nameOf(directory: string, raw: readonly RawNode[]): string {
  const [first] = raw;
  const node =
    first === undefined ? undefined : readSmall(`${directory}/${first.subsystem}/${first.name}/name`);
  const label = ['name', 'id', 'label', 'device/model', 'device/name'].map(file =>
    readSmall(`${directory}/${file}`),
  );
  const text = label.find(one => one !== undefined && one !== '') ?? node ?? first?.name ?? '';
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').slice(0, 80);
}
