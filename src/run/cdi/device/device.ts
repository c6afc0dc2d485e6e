import { SampanError } from '../../../core/errors/index.ts';
import {
  type Device,
  type DeviceSelector,
  fitOf,
  type HostNode,
  matchDevices,
  selectorName,
  stableSelector,
} from '../../devices/index.ts';
import type { CdiDevice, CdiDocument, CdiNode } from '../document/index.ts';

/** The kind of the documents that are written for devices by their selectors. */
export const DEVICE_KIND = 'sampan.local/device';

/**
 * What a CDI device of a device is called: by vendor, product and serial number or port, or by its node. The same
 * device has the same name after it was plugged in again.
 */
function cdiDeviceName(device: Device, all: readonly Device[]): string {
  const selector = stableSelector(device, all);
  const parts =
    selector?.usb === undefined
      ? [(selector?.path ?? device.place).replace(/^.*\//, '')]
      : Object.values(selector.usb).filter(value => value !== undefined);
  const name = parts
    .join('-')
    .replace(/[^A-Za-z0-9_.:-]/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 100);
  return name.replace(/[^A-Za-z0-9]+$/, '') || 'device';
}

/**
 * CDI devices for what selectors mean.
 *
 * @throws SampanError `unavailable` when a selector means nothing that is there.
 */
export function devicesFor(
  selectors: readonly DeviceSelector[],
  all: readonly Device[],
): readonly CdiDevice[] {
  const found = selectors.flatMap(selector => {
    const matches = matchDevices(selector, all);
    if (matches.length === 0)
      throw new SampanError('unavailable', fitOf(selector, all).text, {
        remedy: 'plug it in, or correct the selector: sampan devices shows them',
      });
    return matches.map(({ device, nodes }) => ({
      name: cdiDeviceName(device, all),
      containerEdits: { deviceNodes: nodesFor(selector, nodes) },
    }));
  });
  return [...new Map(found.map(device => [device.name, device])).values()];
}

function nodesFor(selector: DeviceSelector, nodes: readonly HostNode[]): readonly CdiNode[] {
  const { as, permissions = 'rw', mode, uid, gid } = selector;
  if (as !== undefined && nodes.length > 1)
    throw new SampanError('usage', `${selectorName(selector)} means ${nodes.length} nodes; as is for one`, {
      remedy: 'say subsystem or interface too',
    });
  return nodes.map(({ path }) => ({
    path: as ?? path,
    ...(as === undefined || as === path ? {} : { hostPath: path }),
    permissions,
    ...(mode === undefined ? {} : { fileMode: mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  }));
}

/** A document with the numbers that its devices have now; those that are away stay as they are. */
export function renewed(document: CdiDocument, all: readonly Device[]): Omit<CdiDocument, 'cdiVersion'> {
  const byName = new Map(all.map(device => [cdiDeviceName(device, all), device]));
  const { cdiVersion: _, ...rest } = document;
  return {
    ...rest,
    devices: document.devices.map(device => {
      const now = byName.get(device.name);
      return now === undefined ? device : renewDevice(device, now.nodes);
    }),
  };
}

function renewDevice(device: CdiDevice, nodes: readonly HostNode[]): CdiDevice {
  const { deviceNodes = [] } = device.containerEdits;
  const left = [...nodes];
  const renew = (node: CdiNode): CdiNode => {
    const old = node.hostPath ?? node.path;
    const at = left.findIndex(({ path }) => path === old);
    const index = at >= 0 ? at : left.findIndex(({ path }) => stemOf(path) === stemOf(old));
    const [now] = index < 0 ? [] : left.splice(index, 1);
    if (now === undefined || now.path === old) return node;
    const { hostPath, ...own } = node;
    return hostPath === undefined ? { ...own, path: now.path } : { ...own, hostPath: now.path };
  };
  return { ...device, containerEdits: { ...device.containerEdits, deviceNodes: deviceNodes.map(renew) } };
}

/** `/dev/ttyUSB` of `/dev/ttyUSB3`. */
function stemOf(path: string): string {
  return path.replace(/\d+$/, '');
}
