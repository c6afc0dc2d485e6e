import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { Roots } from '../model/index.ts';

/** A node that a device of a made machine has. */
export interface MadeNode {
  readonly name: string;
  readonly subsystem: string;
  readonly numbers: string;
  /** Below the device: `1-1:1.0/ttyUSB0/tty/ttyUSB0`. */
  readonly at: string;
  readonly type?: 'c' | 'b';
  readonly files?: Readonly<Record<string, string>>;
  /** Links below `/dev`. */
  readonly links?: readonly string[];
}

/** A device of a made machine. */
export interface MadeDevice {
  /** Below `/sys`. */
  readonly place: string;
  /** Files in its directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Drivers by directories below it; the empty one is its own. */
  readonly drivers?: Readonly<Record<string, string>>;
  readonly nodes: readonly MadeNode[];
}

/** A machine in a directory, with a sysfs and a `/dev` of its own. */
export interface Machine extends Disposable {
  readonly roots: Roots;
  plug(device: MadeDevice): void;
  unplug(place: string): void;
}

/** Makes an empty one. Nodes of its `/dev` are made by `makeNode`; plain files stand for them unless told. */
export function makeMachine(
  makeNode: (path: string, node: MadeNode) => void = path => writeFileSync(path, ''),
): Machine {
  const root = mkdtempSync(join(tmpdir(), 'sampan-machine-'));
  const roots: Roots = { sys: join(root, 'sys'), dev: join(root, 'dev'), proc: '/proc' };
  const plugged = new Map<string, () => void>();
  let seqnum = 0;
  const tick = (): void => write(join(roots.sys, 'kernel/uevent_seqnum'), `${++seqnum}`);
  for (const path of ['dev/char', 'dev/block', 'bus', 'class', 'kernel'])
    mkdirSync(join(roots.sys, path), { recursive: true });
  mkdirSync(roots.dev);
  tick();
  return {
    roots,
    plug: device => {
      plugged.set(device.place, plugIn(roots, device, makeNode));
      tick();
    },
    unplug: place => {
      plugged.get(place)?.();
      plugged.delete(place);
      tick();
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function plugIn(
  { sys, dev }: Roots,
  { place, files = {}, drivers = {}, nodes }: MadeDevice,
  makeNode: (path: string, node: MadeNode) => void,
): () => void {
  const directory = join(sys, place);
  const made: string[] = [];
  for (const [name, text] of Object.entries(files)) write(join(directory, name), `${text}\n`);
  for (const [at, driver] of Object.entries(drivers))
    link(join(sys, 'bus/x/drivers', driver), join(directory, at, 'driver'));
  for (const node of nodes) {
    const at = join(directory, node.at);
    const [major, minor] = node.numbers.split(':');
    write(
      join(at, 'uevent'),
      `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${node.name}\n${node.subsystem === 'usb' ? 'DEVTYPE=usb_device\n' : ''}`,
    );
    for (const [name, text] of Object.entries(node.files ?? {})) write(join(at, name), `${text}\n`);
    link(join(sys, 'class', node.subsystem), join(at, 'subsystem'));
    const numbers = join(sys, 'dev', node.type === 'b' ? 'block' : 'char', node.numbers);
    link(at, numbers);
    const path = join(dev, node.name);
    mkdirSync(dirname(path), { recursive: true });
    makeNode(path, node);
    made.push(numbers, path);
    for (const name of node.links ?? []) {
      link(path, join(dev, name));
      made.push(join(dev, name));
    }
  }
  return () => {
    for (const path of made) rmSync(path, { force: true });
    rmSync(directory, { recursive: true, force: true });
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(relative(dirname(path), target), path);
}

/** What is below `/dev` of it, to look at in a test that fails. */
export function listed(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true }).map(name => basename(String(name)));
}
