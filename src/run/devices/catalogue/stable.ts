import type { Device, DeviceSelector, HostNode } from '../model/index.ts';

/** Kinds of links that say which device it is, best first. */
const LASTING = [/\/by-id\//, /\/by-path\//, /\/by-uuid\//];

/**
 * What to write to mean this device and no other, also after it was plugged in again: the serial number, else vendor
 * and product, with the port where two are alike; else a lasting link, else the node. Undefined for what is no node.
 */
export function stableSelector(
  device: Device,
  others: readonly Device[],
): Pick<DeviceSelector, 'usb' | 'path'> | undefined {
  const { usb, nodes } = device;
  if (usb !== undefined) {
    const { vendor, product, serial, port } = usb;
    const alike = others.filter(
      ({ place, usb: other }) =>
        place !== device.place && other?.vendor === vendor && other.product === product,
    );
    const isAlone = (same: (other: NonNullable<Device['usb']>) => boolean): boolean =>
      !alike.some(({ usb: other }) => other !== undefined && same(other));
    if (serial !== undefined && isAlone(other => other.serial === serial))
      return { usb: { vendor, product, serial } };
    return { usb: isAlone(() => true) ? { vendor, product } : { vendor, product, port } };
  }
  const [first] = nodes;
  return first === undefined ? undefined : { path: lastingPath(first) };
}

/** A link that leads to the same device after the next start, or the node. */
function lastingPath({ path, links }: HostNode): string {
  for (const pattern of LASTING) {
    const found = links.find(link => pattern.test(link));
    if (found !== undefined) return found;
  }
  return path;
}

/** A selector as one line of YAML, to paste below `x-sampan: devices:`. */
export function selectorText(selector: Pick<DeviceSelector, 'usb' | 'path' | 'subsystem' | 'as'>): string {
  const { usb, ...rest } = selector;
  const parts = [
    ...(usb === undefined ? [] : [`usb: ${flow(usb)}`]),
    ...Object.entries(rest).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}: ${scalar(value)}`],
    ),
  ];
  return `{${parts.join(', ')}}`;
}

function flow(values: object): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${scalar(String(value))}`],
  );
  return `{${pairs.join(', ')}}`;
}

/** Quoted where YAML would read something else: a number, a date, a mark. */
function scalar(text: string): string {
  return /^[A-Za-z/][\w/.-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
