import { type Device, type HostNode, selectorText, stableSelector } from '../../run/devices/index.ts';
import { formatTable, type Output, visible } from '../output/index.ts';

/** What is plugged in, one device a row, with what to paste into a Compose file. */
export function deviceTable(devices: readonly Device[], output: Output): string {
  return formatTable(
    [
      { title: 'KIND' },
      { title: 'DEVICE', shrink: 'text' },
      { title: 'NODES', shrink: 'text' },
      { title: 'SELECTOR' },
    ],
    devices.map(device => [
      device.kind,
      visible(device.name),
      nodesText(device),
      selectorOf(device, devices),
    ]),
    output,
  );
}

/** A device, and how to mean it, for `--json`. */
export function deviceJson(device: Device, devices: readonly Device[]): object {
  const { kind, name, driver, place, usb, nodes, interfaceName, isRemovable } = device;
  return {
    kind,
    name,
    ...(driver === undefined ? {} : { driver }),
    place,
    removable: isRemovable,
    ...(interfaceName === undefined ? {} : { interface: interfaceName }),
    ...(usb === undefined ? {} : { usb }),
    nodes: nodes.map(nodeJson),
    ...(stableSelector(device, devices) === undefined ? {} : { selector: stableSelector(device, devices) }),
  };
}

function nodeJson({ mode, ...node }: HostNode): object {
  return { ...node, mode: mode.toString(8).padStart(4, '0') };
}

/** The nodes of drivers; the raw one of USB where there are no others. */
export function nodesText({ nodes, interfaceName }: Device): string {
  const driven = nodes.filter(({ subsystem }) => subsystem !== 'usb');
  const shown = (driven.length > 0 ? driven : nodes).map(({ path }) => path);
  return interfaceName ?? shown.join(' ');
}

function selectorOf(device: Device, devices: readonly Device[]): string {
  const selector = stableSelector(device, devices);
  return selector === undefined ? '' : selectorText(selector);
}
