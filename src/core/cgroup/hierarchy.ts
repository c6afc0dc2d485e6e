import { join } from 'node:path';

/** Where the kernel's control groups are mounted. */
export interface Cgroups {
  /** 2 when the unified hierarchy has the controllers, else 1; 0 when there is none at all. */
  readonly version: 0 | 1 | 2;
  /** The mount point for each controller (`memory`, `cpu`, `cpuacct`, `pids`, …); v1 only. */
  readonly controllers: Readonly<Record<string, string>>;
  /** The mount point of the unified hierarchy, if it is mounted; beside v1 it has no controllers. */
  readonly unified: string | undefined;
}

/** Reads the mount points from the text of `/proc/self/mountinfo` (proc(5)). */
export function parseCgroups(mountinfo: string): Cgroups {
  const controllers: Record<string, string> = {};
  let unified: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after] = line.split(' - ');
    if (after === undefined) continue;
    const point = unescapeMountPath(before.split(' ')[4] ?? '');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') unified ??= point;
    if (type !== 'cgroup') continue;
    for (const option of options.split(',')) {
      if (option !== 'rw' && option !== 'ro' && option !== '') controllers[option] ??= point;
    }
  }
  const version =
    controllers.memory !== undefined || controllers.pids !== undefined ? 1 : unified === undefined ? 0 : 2;
  return { version, controllers, unified };
}

/** The directories of one group, in every hierarchy. `group` is absolute, such as `/sampan-x`. */
export function groupDirectories(cgroups: Cgroups, group: string): readonly string[] {
  const points = new Set(Object.values(cgroups.controllers));
  if (cgroups.unified !== undefined) points.add(cgroups.unified);
  return [...points].map(point => join(point, group));
}

/** The directory of a group that a controller's files are in, if that controller is mounted. */
export function controllerDirectory(cgroups: Cgroups, controller: string, group: string): string | undefined {
  const point = cgroups.version === 2 ? cgroups.unified : cgroups.controllers[controller];
  return point === undefined ? undefined : join(point, group);
}

/** Undoes the octal escapes (`\040`) of a path in mountinfo. */
export function unescapeMountPath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
