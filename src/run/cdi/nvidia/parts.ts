import type { CdiDevice, CdiDocument, CdiEdits, CdiMount } from '../document/index.ts';
import type { Platform } from './driver.ts';
import type { Gpu } from './gpus.ts';

/** What is known of the NVIDIA GPUs of a machine: a document but for its version. */
export interface NvidiaFound extends Omit<CdiDocument, 'cdiVersion'> {
  readonly platform: Platform;
  readonly version: string | undefined;
  readonly gpus: readonly Gpu[];
  /** What a person should know. */
  readonly notices: readonly string[];
}

/** Adds a device that is all of them. */
export function withAll(devices: readonly CdiDevice[]): readonly CdiDevice[] {
  // A GPU is there under two names, with the same edits; a part of one is in it.
  const whole = devices.filter(({ name }) => /^\d+$/.test(name));
  const nodes = (whole.length > 0 ? whole : devices).flatMap(
    ({ containerEdits }) => containerEdits.deviceNodes ?? [],
  );
  const caps = devices.flatMap(({ containerEdits }) => containerEdits.deviceNodes ?? []);
  const unique = [...new Map([...nodes, ...caps].map(node => [node.path, node])).values()];
  const hooks = whole.flatMap(({ containerEdits }) => containerEdits.hooks ?? []);
  const edits: CdiEdits = { deviceNodes: unique, ...(hooks.length === 0 ? {} : { hooks }) };
  return devices.length === 0 ? [] : [...devices, { name: 'all', containerEdits: edits }];
}

/** In the order of their places inside, each place once. */
export function sortedMounts(mounts: readonly CdiMount[]): readonly CdiMount[] {
  const unique = new Map<string, CdiMount>();
  for (const mount of mounts) if (!unique.has(mount.containerPath)) unique.set(mount.containerPath, mount);
  return [...unique.values()].sort((a, b) => (a.containerPath < b.containerPath ? -1 : 1));
}
