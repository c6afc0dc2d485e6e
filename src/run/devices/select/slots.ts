import type { Device, DeviceSelector, HostNode } from '../model/index.ts';
import { type Match, matchDevices } from './match.ts';

/** A node that a container must have. */
export interface WantedNode {
  /** Inside. */
  readonly path: string;
  readonly hostPath: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly permissions: string;
  /** Whether mode or owner are those that somebody asked for. */
  readonly isModeAsked: boolean;
}

/** A place that a selector has for a device, with the names that its nodes keep inside, also while it is away. */
export interface Slot {
  /** The number of the selector. */
  readonly selector: number;
  /** Which device had it last. */
  readonly identity: string;
  /** Names inside, by `SUBSYSTEM#ORDINAL`. */
  readonly names: Readonly<Record<string, string>>;
}

/** What a slot has now. */
export interface Filled {
  readonly slot: Slot;
  /** Undefined while nothing that matches is there. */
  readonly device: Device | undefined;
  readonly nodes: readonly WantedNode[];
}

const MAX_SLOTS = 256;
const SEPARATOR = '\n';

/**
 * Gives devices to the slots of selectors. A device that was there before gets its slot and its names again, under
 * whatever number it comes back; another one that matches takes a slot that is free. Pure.
 */
export function fillSlots(
  selectors: readonly DeviceSelector[],
  devices: readonly Device[],
  before: readonly Slot[] = [],
): readonly Filled[] {
  const filled: Filled[] = [];
  const taken = new Set(before.flatMap(({ names }) => Object.values(names)));
  for (const [selector, wish] of selectors.entries()) {
    const matches = [...matchDevices(wish, devices)];
    const { count = 1 } = wish;
    const limit = count < 0 ? MAX_SLOTS : count;
    const old = before.filter(slot => slot.selector === selector).slice(0, limit);
    const pairs = returned(old, matches);
    for (let at = pairs.length; at < limit && matches.length > 0; at++)
      pairs.push({ slot: { selector, identity: '', names: {} }, match: matches.shift() });
    for (const [index, { slot, match }] of pairs.entries())
      filled.push(fill(slot, match, { wish, index, taken }));
  }
  return filled;
}

function take(matches: Match[], fits: (match: Match) => boolean): Match | undefined {
  const at = matches.findIndex(fits);
  return at < 0 ? undefined : matches.splice(at, 1)[0];
}

/** Who was in which slot: first what is where it was, then what has its serial number, then any that is left. */
function returned(old: readonly Slot[], matches: Match[]): { slot: Slot; match: Match | undefined }[] {
  const same = old.map(slot => take(matches, ({ device }) => identityOf(device) === slot.identity));
  const moved = old.map(
    (slot, index) =>
      same[index] ??
      take(matches, ({ device }) => {
        const [serial, before] = [device.usb?.serial, slot.identity.split(SEPARATOR)];
        return serial !== undefined && serial === before[2] && device.usb?.product === before[1];
      }),
  );
  return old.map((slot, index) => ({ slot, match: moved[index] ?? matches.shift() }));
}

/** What tells a device from others: what it says of itself, and where it is plugged in. */
function identityOf({ usb, place }: Device): string {
  return usb === undefined ? place : [usb.vendor, usb.product, usb.serial ?? '', usb.port].join(SEPARATOR);
}

interface Filling {
  readonly wish: DeviceSelector;
  readonly index: number;
  readonly taken: Set<string>;
}

function fill(slot: Slot, match: Match | undefined, { wish, index, taken }: Filling): Filled {
  if (match === undefined) return { slot, device: undefined, nodes: [] };
  const names: Record<string, string> = { ...slot.names };
  // One name names one node: the one that programs open first.
  const given = wish.as === undefined ? match.nodes : match.nodes.slice(0, 1);
  const counts = new Map<string, number>();
  const nodes = given.map(node => {
    const ordinal = counts.get(node.subsystem) ?? 0;
    counts.set(node.subsystem, ordinal + 1);
    const key = wish.as === undefined ? `${node.subsystem}#${ordinal}` : 'as';
    const path = names[key] ?? freeName(wish.as === undefined ? node.path : asName(wish.as, index), taken);
    names[key] = path;
    taken.add(path);
    return wantedNode(node, path, wish);
  });
  return { slot: { ...slot, identity: identityOf(match.device), names }, device: match.device, nodes };
}

function asName(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}

/** A name that no other node inside has: the next number, where there is one. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const [, stem = name, digits = '0'] = /^(.*?)(\d+)$/.exec(name) ?? [];
  let free = name;
  for (let number = Number(digits) + 1; taken.has(free); number++) free = `${stem}${number}`;
  return free;
}

function wantedNode(node: HostNode, path: string, wish: DeviceSelector): WantedNode {
  const { type, major, minor, mode, uid, gid } = node;
  return {
    path,
    hostPath: node.path,
    type,
    major,
    minor,
    mode: wish.mode ?? mode,
    uid: wish.uid ?? uid,
    gid: wish.gid ?? gid,
    permissions: wish.permissions ?? 'rw',
    isModeAsked: wish.mode !== undefined || wish.uid !== undefined || wish.gid !== undefined,
  };
}
