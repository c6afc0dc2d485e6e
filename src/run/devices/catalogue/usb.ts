import { basename } from 'node:path';
import type { UsbIdentity, UsbInterface } from '../model/index.ts';
import { linkName, namesIn, readSmall } from './files.ts';

/** The USB device that a place of sysfs belongs to, and the number of its interface. */
export function usbPlaceOf(
  place: string,
): { readonly place: string; readonly interface: string | undefined } | undefined {
  const segments = place.split('/');
  // The last one: a hub is on the way to what is plugged into it.
  const at = segments.findLastIndex(segment => /^\d+-\d+(\.\d+)*$/.test(segment));
  if (at < 0) return undefined;
  const next = /^\d+-\d+(?:\.\d+)*:\d+\.(\d+)$/.exec(segments[at + 1] ?? '');
  const number = next === null ? undefined : Number(next[1]).toString(16).padStart(2, '0');
  return { place: segments.slice(0, at + 1).join('/'), interface: number };
}

/** What a USB device says of itself; undefined when it is gone, or is a hub. */
export function usbIdentity(sys: string, place: string): UsbIdentity | undefined {
  const directory = sys + place;
  const read = (name: string): string | undefined => readSmall(`${directory}/${name}`) || undefined;
  const vendor = read('idVendor');
  const product = read('idProduct');
  const deviceClass = read('bDeviceClass') ?? '00';
  if (vendor === undefined || product === undefined || deviceClass === '09') return undefined;
  return {
    vendor,
    product,
    serial: read('serial'),
    port: basename(place),
    deviceClass,
    manufacturer: read('manufacturer'),
    productName: read('product'),
    interfaces: interfacesOf(directory),
  };
}

function interfacesOf(directory: string): readonly UsbInterface[] {
  const prefix = `${basename(directory)}:`;
  return namesIn(directory)
    .filter(name => name.startsWith(prefix))
    .slice(0, 32)
    .map(name => ({
      number: readSmall(`${directory}/${name}/bInterfaceNumber`) ?? '',
      class: readSmall(`${directory}/${name}/bInterfaceClass`) ?? '',
      driver: linkName(`${directory}/${name}/driver`),
    }));
}
