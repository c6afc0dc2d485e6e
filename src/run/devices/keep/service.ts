import { basename, join } from 'node:path';
import { isSampanError } from '../../../core/errors/index.ts';
import { readWish, type Wish } from '../grant/index.ts';
import type { Running } from '../inject/index.ts';
import type { Device, DeviceSelector } from '../model/index.ts';
import { type Filled, selectorName } from '../select/index.ts';
import { fillWish, keepNodes, keepWish } from './nodes.ts';
import { type Notice, type Notifier, openNotifier } from './notify.ts';

/** What happened to a device that a service wants. */
export interface SlotChange {
  readonly action: 'add' | 'remove';
  readonly selector: DeviceSelector;
  /** Which slot of the service. */
  readonly slot: number;
  readonly device: Device;
  readonly paths: readonly string[];
}

/** The containers of a service that wants devices. */
export interface KeptService extends AsyncDisposable {
  readonly directory: string;
  readonly containers: Map<string, Running>;
  wish(): Wish;
  filled(): readonly Filled[];
  /** Gives its containers what is there now. What cannot be done in one is told, and the others go on. */
  keep(devices: readonly Device[]): readonly SlotChange[];
  /** Whether the directory still says the same; after `up` with another file it does not. */
  isCurrent(): boolean;
  /** Writes down what it has, for its next start; nothing when the directory says something else by now. */
  save(): void;
}

/** What a service is kept with. */
export interface KeepOptions {
  readonly proc: string;
  readonly now: () => number;
  readonly failed: (container: Running, error: Error) => void;
}

/** Opens what a directory says; undefined when it says nothing. */
export async function openService(
  directory: string,
  devices: readonly Device[],
  options: KeepOptions,
): Promise<KeptService | undefined> {
  const first = readWish(directory);
  if (first === undefined) return undefined;
  let { wish, filled } = fillWish(first, devices);
  const containers = new Map<string, Running>();
  const notifier = await notifierOf(first, directory, () => noticesOf(filled, 'add', options.now()));
  const isCurrent = (): boolean =>
    JSON.stringify(readWish(directory)?.selectors) === JSON.stringify(first.selectors);
  return {
    directory,
    containers,
    wish: () => wish,
    filled: () => filled,
    keep: found => {
      const before = filled;
      ({ wish, filled } = fillWish(wish, found));
      for (const container of containers.values()) {
        try {
          keepNodes(container, filled, options.proc);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          if (!isSampanError(error, 'not-found')) options.failed(container, error);
        }
      }
      const changes = changesOf(before, filled, wish);
      for (const { action, device, paths } of changes)
        for (const path of paths)
          notifier?.tell(noticeOf({ action, path, device: device.name, now: options.now() }));
      return changes;
    },
    isCurrent,
    save: () => {
      if (isCurrent()) keepWish(directory, wish, filled);
    },
    [Symbol.asyncDispose]: async () => await notifier?.[Symbol.asyncDispose](),
  };
}

async function notifierOf(
  { selectors }: Wish,
  directory: string,
  current: () => readonly Notice[],
): Promise<Notifier | undefined> {
  const path = selectors.find(({ notify }) => notify?.startsWith('/') === true)?.notify;
  if (path === undefined) return undefined;
  try {
    return await openNotifier(join(directory, 'notify'), basename(path), current);
  } catch {
    // Another agent listens there, or the directory cannot be written: the nodes matter more.
    return undefined;
  }
}

function noticesOf(filled: readonly Filled[], action: Notice['action'], now: number): readonly Notice[] {
  return filled.flatMap(({ device, nodes }) =>
    device === undefined ? [] : nodes.map(({ path }) => noticeOf({ action, path, device: device.name, now })),
  );
}

function noticeOf({ now, ...about }: Omit<Notice, 'time'> & { readonly now: number }): Notice {
  return { ...about, time: new Date(now).toISOString() };
}

function changesOf(
  before: readonly Filled[],
  after: readonly Filled[],
  { selectors }: Wish,
): readonly SlotChange[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, slot) => slot).flatMap(slot => {
    const [was, is] = [before[slot], after[slot]];
    const selector = selectors[(is ?? was)?.slot.selector ?? 0] ?? {};
    const about = { selector, slot };
    const isSame = numbersOf(was) === numbersOf(is) && was?.device?.name === is?.device?.name;
    if (isSame) return [];
    const change = (action: SlotChange['action'], one: Filled | undefined): readonly SlotChange[] =>
      one?.device === undefined
        ? []
        : [{ ...about, action, device: one.device, paths: one.nodes.map(({ path }) => path) }];
    return [...change('remove', was), ...change('add', is)];
  });
}

/** Modes do not count: udev gives them a moment later. */
function numbersOf(filled: Filled | undefined): string {
  return filled?.nodes.map(({ path, major, minor }) => `${path} ${major}:${minor}`).join() ?? '';
}

/** How a service stands, for people and programs. */
export function serviceStatus({ wish, filled, containers }: KeptService): object {
  const { project, service, selectors } = wish();
  return {
    project,
    service,
    containers: [...containers.values()].map(({ name }) => name),
    devices: filled().map(({ slot, device, nodes }) => ({
      selector: selectorName(selectors[slot.selector] ?? {}),
      present: device !== undefined,
      ...(device === undefined ? {} : { name: device.name }),
      nodes: nodes.map(({ path, hostPath }) => ({ path, hostPath })),
    })),
  };
}
