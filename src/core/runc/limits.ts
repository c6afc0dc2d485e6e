import { mkdirSync, rmdirSync } from 'node:fs';
import { type Cgroups, controllerDirectory, groupDirectories } from '../cgroup/index.ts';
import type { Limits } from '../engine/index.ts';

/** What limits a run gets here. */
export interface LimitPlan {
  /** The `linux.resources` object of a runtime configuration. */
  readonly resources: object;
  /** False when this process may not make control groups: then there is no limit and no count at all. */
  readonly grouped: boolean;
  readonly warnings: readonly string[];
}

const CPU_PERIOD_US = 100_000;

/** Decides which of the wanted limits the host's control groups can hold; says which not. */
export function planLimits(cgroups: Cgroups, group: string, limits: Limits): LimitPlan {
  const grouped = canMakeGroups(cgroups, group);
  const wanted = [
    limitOf('memory', 'memory', limits.memoryBytes, bytes => ({ memory: { limit: bytes } })),
    limitOf('cpu', 'cpus', limits.cpus, cpus => ({
      cpu: { quota: Math.max(1000, Math.round(cpus * CPU_PERIOD_US)), period: CPU_PERIOD_US },
    })),
    limitOf('pids', 'processes', limits.pids, count => ({ pids: { limit: count } })),
  ].filter(limit => limit !== undefined);
  const given = wanted.filter(limit => grouped && hasController(cgroups, limit.controller));
  const missing = wanted.filter(limit => !given.includes(limit));
  const devices = [{ allow: false, access: 'rwm' }];
  return {
    resources: Object.assign({ devices }, ...given.map(limit => limit.resources)),
    grouped,
    warnings: missing.map(
      limit => `no limit on ${limit.words}: the ${limit.controller} control group is not usable`,
    ),
  };
}

interface WantedLimit {
  readonly controller: string;
  readonly words: string;
  readonly resources: object;
}

function limitOf(
  controller: string,
  words: string,
  value: number | undefined,
  resources: (value: number) => object,
): WantedLimit | undefined {
  return value === undefined ? undefined : { controller, words, resources: resources(value) };
}

function hasController(cgroups: Cgroups, controller: string): boolean {
  if (cgroups.version !== 2) return cgroups.controllers[controller] !== undefined;
  return controllerDirectory(cgroups, controller, '/') !== undefined;
}

function canMakeGroups(cgroups: Cgroups, group: string): boolean {
  const directories = groupDirectories(cgroups, group);
  return directories.length > 0 && directories.every(canMake);
}

function canMake(directory: string): boolean {
  try {
    mkdirSync(directory);
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}
