import type { Device } from '../model/index.ts';

/** A device that came, went, or has other nodes now. */
export interface Change {
  readonly action: 'add' | 'remove' | 'change';
  readonly device: Device;
}

/** What is different between two readings: what went first, then what changed, then what came. */
export function changesOf(before: readonly Device[], after: readonly Device[]): readonly Change[] {
  const old = new Map(before.map(device => [device.place, device]));
  const removed: Change[] = [];
  const changed: Change[] = [];
  const added: Change[] = [];
  for (const device of after) {
    const was = old.get(device.place);
    old.delete(device.place);
    if (was === undefined) added.push({ action: 'add', device });
    else if (whoIs(was) !== whoIs(device)) {
      removed.push({ action: 'remove', device: was });
      added.push({ action: 'add', device });
    } else if (nodesOf(was) !== nodesOf(device)) changed.push({ action: 'change', device });
  }
  for (const device of old.values()) removed.push({ action: 'remove', device });
  return [...removed, ...changed, ...added];
}

/** Another model at the same place is another device. */
function whoIs({ usb, name }: Device): string {
  return usb === undefined ? name : [usb.vendor, usb.product, usb.serial].join(':');
}

function nodesOf({ nodes }: Device): string {
  return nodes
    .map(({ path, major, minor, mode, uid, gid }) => [path, major, minor, mode, uid, gid].join())
    .join(' ');
}
