import { selectorText, stableSelector } from '../catalogue/index.ts';
import type { Device, DeviceSelector } from '../model/index.ts';
import { isUsb, matchDevices, subsystemsOf } from './match.ts';

/** How what is plugged in fits what was asked for. */
export interface Fit {
  readonly fit: 'right' | 'fewer' | 'more';
  /** What a person should know; empty when it is right. */
  readonly text: string;
}

const MAX_SEEN = 5;

/** Says how many devices match, and what else was seen. */
export function fitOf(selector: DeviceSelector, devices: readonly Device[]): Fit {
  const matches = matchDevices(selector, devices);
  const { count = 1 } = selector;
  const wanted = count < 0 ? Math.max(1, matches.length) : count;
  if (matches.length === wanted) return { fit: 'right', text: '' };
  const what = selectorName(selector);
  if (matches.length > wanted) {
    const others = matches.map(({ device }) => describe(device, devices)).slice(0, 2 * MAX_SEEN);
    const text = `${what} matches ${matches.length} devices, and ${wanted} ${wanted === 1 ? 'is' : 'are'} asked for: ${others.join('; ')}`;
    return { fit: 'more', text };
  }
  const found = matches.length === 0 ? 'no device' : `${matches.length} of ${wanted} devices`;
  const near = nearest(selector, devices).filter(
    ({ place }) => !matches.some(({ device }) => device.place === place),
  );
  const seen =
    near.length === 0
      ? 'nothing like it is plugged in'
      : `seen: ${near.map(device => describe(device, devices)).join('; ')}`;
  return { fit: 'fewer', text: `${what} matches ${found}; ${seen}` };
}

/** Which devices are away that a container must not run without (`onLost: stop`); undefined for none. */
export function awaited(
  selectors: readonly DeviceSelector[],
  devices: readonly Device[],
): string | undefined {
  const away = selectors
    .filter(({ onLost, cdi }) => onLost === 'stop' && cdi === undefined)
    .filter(selector => fitOf(selector, devices).fit === 'fewer');
  return away.length === 0 ? undefined : `it waits for ${away.map(selectorName).join(' and ')}`;
}

/** A selector as a person wrote it. */
export function selectorName({ name, usb, subsystem, path, cdi }: DeviceSelector): string {
  if (cdi !== undefined) return cdi;
  const text = selectorText({ ...(usb === undefined ? {} : { usb }), subsystem, path });
  return name === undefined ? text : `${name} ${text}`;
}

/** One line about a device: what it is, its nodes, and how to mean it. */
export function describe(device: Device, others: readonly Device[]): string {
  const selector = stableSelector(device, others);
  const nodes = device.nodes.filter(({ subsystem }) => subsystem !== 'usb').map(({ path }) => path);
  const shown = nodes.length === 0 ? '' : ` (${nodes.slice(0, 3).join(', ')})`;
  return `${device.name}${shown}${selector === undefined ? '' : ` ${selectorText(selector)}`}`;
}

/** Devices that fail by little: another serial number or port, another product of the vendor, the same subsystem. */
function nearest(selector: DeviceSelector, devices: readonly Device[]): readonly Device[] {
  const { usb, subsystem, path } = selector;
  const subsystems = subsystem === undefined ? undefined : subsystemsOf(subsystem);
  const steps: ((device: Device) => boolean)[] = [];
  if (usb !== undefined) {
    const { vendor, product, serial } = usb;
    if (serial !== undefined) steps.push(device => isUsb({ usb: { serial } }, device));
    steps.push(device => isUsb({ usb: { vendor, product } }, device));
    steps.push(device => isUsb({ usb: { vendor } }, device));
  }
  if (subsystems !== undefined)
    steps.push(({ nodes }) => nodes.some(node => subsystems.includes(node.subsystem)));
  if (path !== undefined) {
    const stem = path.replace(/[*?[].*$/, '').replace(/\d+$/, '');
    if (stem.length > '/dev/'.length)
      steps.push(({ nodes }) =>
        nodes.some(node => [node.path, ...node.links].some(one => one.startsWith(stem))),
      );
  }
  for (const step of steps) {
    const found = devices.filter(step);
    if (found.length > 0) return found.slice(0, MAX_SEEN);
  }
  // Nothing alike: what is plugged in at all.
  return usb === undefined ? [] : devices.filter(one => one.usb !== undefined).slice(0, MAX_SEEN);
}
