import type { ContainerEdits } from '../../supervise/index.ts';

/** Edits of two sources together; where both give a node or a mount in one place, the second wins. */
export function mergeEdits(one: ContainerEdits, other: ContainerEdits): ContainerEdits {
  return {
    devices: byPlace(
      [...one.devices, ...other.devices],
      ({ path, permissions }) => `${path}\n${permissions}`,
    ),
    deviceRules: [...new Set([...one.deviceRules, ...other.deviceRules])],
    groups: [...new Set([...one.groups, ...other.groups])],
    mounts: byPlace([...one.mounts, ...other.mounts], ({ target }) => target),
    environment: { ...one.environment, ...other.environment },
    requests: [...one.requests, ...other.requests],
    dropsMknod: one.dropsMknod || other.dropsMknod,
  };
}

function byPlace<T>(all: readonly T[], placeOf: (value: T) => string): readonly T[] {
  return [...new Map(all.map(value => [placeOf(value), value])).values()];
}
