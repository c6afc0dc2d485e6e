import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SampanError } from '../../../core/errors/index.ts';
import type { ContainerEdits, DeviceNode } from '../../supervise/index.ts';
import type { Device, DeviceSelector, Roots } from '../model/index.ts';
import { type Filled, fillSlots, fitOf, type Slot, selectorName, type WantedNode } from '../select/index.ts';
import { classesOf, classRules, majorsOf, nodeRule } from './classes.ts';
import { mirrorPath, readWish, specOf, writeMirror, writeWish } from './wish.ts';

/** Who asks for devices. */
export interface Asking {
  readonly project: string;
  readonly service: string;
  readonly selectors: readonly DeviceSelector[];
  /** Whether it asks to make nodes itself. */
  readonly makesNodes: boolean;
  /** How long its containers have to end. */
  readonly graceMs?: number | undefined;
}

/** What devices are given from. */
export interface GrantOptions {
  readonly devices: readonly Device[];
  readonly roots: Roots;
  /** Where the nodes are kept that containers start with; absent for one who cannot make nodes. */
  readonly directory: string | undefined;
  /** What a person should know. */
  readonly warn: (text: string) => void;
}

/**
 * What a container gets for its selectors: exactly the nodes, the rule of their class where they can come back under
 * another number, and the groups that open them. Writes the nodes that it starts with.
 *
 * @throws SampanError `unavailable` when a device is missing that must be there, with what was seen.
 */
export function grantDevices(asking: Asking, options: GrantOptions): ContainerEdits {
  const { selectors, service } = asking;
  const { devices, directory, warn } = options;
  for (const selector of selectors) checkFit(selector, { service, devices, warn });
  const before = directory === undefined ? [] : slotsBefore(directory, selectors);
  const filled = fillSlots(selectors, devices, before);
  const nodes = filled.flatMap(one => one.nodes);
  nodes.map(specOf);
  const permissions = unique(selectors.map(({ permissions: rights = 'rw' }) => rights));
  if (directory !== undefined) {
    const { project, graceMs } = asking;
    const slots = filled.map(({ slot }) => slot);
    writeWish(directory, { version: 1, project, service, selectors, slots, graceMs });
    writeMirror(directory, nodes, permissions);
  }
  return {
    devices: mappings(nodes, { directory, permissions }),
    deviceRules: rulesOf(filled, selectors, options),
    groups: groupsOf(nodes, selectors),
    ...notifyOf(selectors, directory),
    requests: [],
    dropsMknod: !asking.makesNodes,
  };
}

/** Places that devices had before; a selector that was changed begins anew. */
function slotsBefore(directory: string, selectors: readonly DeviceSelector[]): readonly Slot[] {
  const wish = readWish(directory);
  const isSame = (index: number): boolean =>
    JSON.stringify(wish?.selectors[index]) === JSON.stringify(selectors[index]);
  return wish?.slots.filter(({ selector }) => isSame(selector)) ?? [];
}

function checkFit(
  selector: DeviceSelector,
  { service, devices, warn }: Pick<GrantOptions, 'devices' | 'warn'> & { readonly service: string },
): void {
  const { fit, text } = fitOf(selector, devices);
  if (fit === 'right') return;
  if (fit === 'fewer' && selector.required !== false)
    throw new SampanError('unavailable', `${service}: ${text}`, {
      remedy: 'plug it in, correct the selector (sampan devices shows them), or say required: false',
    });
  warn(fit === 'more' ? `${service}: ${text}` : `${service}: ${text}; it is given when it comes`);
}

function mappings(
  nodes: readonly WantedNode[],
  {
    directory,
    permissions,
  }: { readonly directory: string | undefined; readonly permissions: readonly string[] },
): readonly DeviceNode[] {
  if (directory === undefined)
    return nodes.map(({ hostPath, path, permissions: rights }) => ({ hostPath, path, permissions: rights }));
  return permissions.map(rights => ({
    hostPath: mirrorPath(directory, rights),
    path: '/dev',
    permissions: rights,
  }));
}

function rulesOf(
  filled: readonly Filled[],
  selectors: readonly DeviceSelector[],
  { roots, warn }: Pick<GrantOptions, 'roots' | 'warn'>,
): readonly string[] {
  const majors = majorsOf(textOf(join(roots.proc, 'devices')));
  const rules = filled.flatMap(({ device, nodes }) =>
    nodes.map(node =>
      nodeRule(node, { isRemovable: device?.isRemovable === true, permissions: node.permissions }),
    ),
  );
  for (const [index, selector] of selectors.entries()) {
    const own = filled.filter(({ slot }) => slot.selector === index);
    const { count = 1, permissions = 'rw' } = selector;
    const isAll = own.filter(({ device }) => device !== undefined).length >= Math.abs(count);
    if (selector.cdi !== undefined || (isAll && count > 0)) continue;
    const later = classRules(classesOf(selector), { majors, permissions });
    rules.push(...later.rules);
    if (later.rules.length === 0)
      warn(
        `${selectorName(selector)}: no rule can be given before it was seen; start again when it is plugged in`,
      );
  }
  return unique(rules);
}

/** A node is opened by its group where it has one, and not by everybody anyway. */
function groupsOf(nodes: readonly WantedNode[], selectors: readonly DeviceSelector[]): readonly string[] {
  const gids = nodes
    .filter(({ mode }) => (mode & 0o060) !== 0 && (mode & 0o006) !== 0o006)
    .map(({ gid }) => gid);
  const asked = selectors.flatMap(({ gid }) => gid ?? []);
  const fallback = nodes.length < selectors.length ? missingGroups(selectors) : [];
  return unique([...gids, ...asked, ...fallback].filter(gid => gid !== 0).map(String));
}

/** Groups of nodes that may come later, as this system calls them. */
function missingGroups(selectors: readonly DeviceSelector[]): readonly number[] {
  const names = new Set(
    selectors
      .filter(({ required }) => required === false)
      .flatMap(one => classesOf(one).map(({ group }) => group)),
  );
  return [...textOf('/etc/group').matchAll(/^([^:\n]+):[^:\n]*:(\d+):/gm)].flatMap(([, name = '', gid]) =>
    names.has(name) ? [Number(gid)] : [],
  );
}

/** The socket on which a container hears of its devices. */
function notifyOf(
  selectors: readonly DeviceSelector[],
  directory: string | undefined,
): Pick<ContainerEdits, 'mounts' | 'environment'> {
  const path = selectors.find(({ notify }) => notify?.startsWith('/') === true)?.notify;
  if (path === undefined || directory === undefined) return { mounts: [], environment: {} };
  const target = dirname(path);
  if (
    /^\/(run|dev|etc|tmp|var|usr|bin|lib|proc|sys|var\/run)?$/.test(target) ||
    path.split('/').includes('..')
  )
    throw new SampanError('usage', `notify: ${path}: its directory is the system's`, {
      remedy: 'give it one of its own: /run/sampan/devices.sock',
    });
  const source = join(directory, 'notify');
  mkdirSync(source, { recursive: true, mode: 0o755 });
  const mount = { type: 'bind', source, target, isReadOnly: true } as const;
  return { mounts: [mount], environment: { SAMPAN_DEVICES_SOCKET: path } };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
