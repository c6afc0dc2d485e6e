import { basename } from 'node:path';
import type { Device, HostNode, Roots } from '../model/index.ts';
import { linkName, linkOf, namesIn, numbersOf, readSmall, statOf } from './files.ts';

/** `ARPHRD_CAN`. (Linux, `if_arp.h`) */
const CAN_TYPE = '280';
const NVIDIA = /^nvidia(\d+|ctl|-modeset|-uvm|-uvm-tools)$/;

/** Devices that are no nodes of sysfs: CAN interfaces, 1-Wire slaves, and the nodes of NVIDIA's driver. */
export function otherDevices(roots: Roots): readonly Device[] {
  return [...canInterfaces(roots.sys), ...oneWire(roots.sys), ...nvidia(roots.dev)];
}

function canInterfaces(sys: string): readonly Device[] {
  return namesIn(`${sys}/class/net`)
    .filter(name => readSmall(`${sys}/class/net/${name}/type`) === CAN_TYPE)
    .map(name => {
      const target = linkOf(`${sys}/class/net/${name}`) ?? name;
      const driver = linkName(`${sys}/class/net/${name}/device/driver`);
      return bare({
        kind: 'can',
        name,
        driver,
        place: placeOf(target),
        isRemovable: target.includes('/usb'),
      });
    });
}

function oneWire(sys: string): readonly Device[] {
  const directory = `${sys}/bus/w1/devices`;
  return namesIn(directory)
    .filter(name => /^[0-9a-f]{2}-[0-9a-f]{12}$/.test(name))
    .map(name => {
      const driver = linkName(`${directory}/${name}/driver`);
      const place = placeOf(linkOf(`${directory}/${name}`) ?? name);
      return bare({ kind: 'one-wire', name, driver, place, isRemovable: true });
    });
}

function placeOf(target: string): string {
  return `/devices/${target.split('/devices/').at(-1)?.replaceAll('../', '') ?? basename(target)}`;
}

function bare(about: Pick<Device, 'kind' | 'name' | 'driver' | 'place' | 'isRemovable'>): Device {
  return { ...about, usb: undefined, nodes: [], interfaceName: about.name };
}

/** Its nodes are made by the driver's own programs; sysfs does not show them. */
function nvidia(dev: string): readonly Device[] {
  return namesIn(dev)
    .filter(name => NVIDIA.test(name))
    .flatMap(name => {
      const stat = statOf(`${dev}/${name}`);
      if (stat?.isCharacterDevice() !== true) return [];
      const node: HostNode = {
        path: `/dev/${name}`,
        type: 'c',
        ...numbersOf(Number(stat.rdev)),
        mode: Number(stat.mode) & 0o777,
        uid: Number(stat.uid),
        gid: Number(stat.gid),
        subsystem: 'nvidia',
        interface: undefined,
        links: [],
      };
      const about = {
        kind: 'gpu',
        name: `NVIDIA ${name}`,
        driver: 'nvidia',
        place: `/nvidia/${name}`,
      } as const;
      return [{ ...bare({ ...about, isRemovable: false }), interfaceName: undefined, nodes: [node] }];
    });
}
