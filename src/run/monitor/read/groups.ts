import { join } from 'node:path';
import type { ReadFile } from './files.ts';

/** Where the control groups of a container are: one directory, or one for each controller. */
export type GroupPlaces =
  | { readonly version: 2; readonly directory: string }
  | {
      readonly version: 1;
      readonly directories: Readonly<Partial<Record<Controller, string>>>;
    };

/** Controllers of version 1 that are read. */
export type Controller = 'memory' | 'cpu' | 'cpuacct' | 'pids' | 'blkio';

const CONTROLLERS: readonly Controller[] = ['memory', 'cpu', 'cpuacct', 'pids', 'blkio'];

/**
 * The control groups of a process. Hybrid hosts have version 1 controllers and an empty version 2 tree beside them:
 * what has a memory controller counts. (cgroups(7), "/proc files")
 */
export function groupPlaces(pid: number, read: ReadFile, root = '/'): GroupPlaces | undefined {
  const mounts = read(join(root, 'proc/self/mountinfo'));
  const own = read(join(root, `proc/${pid}/cgroup`));
  if (mounts === undefined || own === undefined) return undefined;
  const paths = new Map(
    own.split('\n').flatMap(line => {
      const [, names, ...rest] = line.split(':');
      const path = rest.join(':');
      return names === undefined ? [] : names.split(',').map(name => [name, path] as const);
    }),
  );
  const split: Partial<Record<Controller, string>> = {};
  let unified: string | undefined;
  for (const mount of parseMounts(mounts)) {
    if (mount.type === 'cgroup2') unified = placeOf(mount, paths.get(''), root);
    if (mount.type !== 'cgroup') continue;
    for (const name of CONTROLLERS) {
      const place = mount.options.includes(name) ? placeOf(mount, paths.get(name), root) : undefined;
      if (place !== undefined) split[name] = place;
    }
  }
  if (split.memory !== undefined || split.cpuacct !== undefined) return { version: 1, directories: split };
  return unified === undefined ? undefined : { version: 2, directory: unified };
}

interface Mount {
  readonly base: string;
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

function parseMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap(line => {
    const [before, after] = line.split(' - ');
    const [, , , base, point] = before?.split(' ') ?? [];
    const [type, , options = ''] = after?.split(' ') ?? [];
    if (base === undefined || point === undefined || type === undefined) return [];
    return [{ base, point, type, options: options.split(',') }];
  });
}

/** A group's path is relative to the root of the hierarchy, of which a mount may show only a part. */
function placeOf({ base, point }: Mount, path: string | undefined, root: string): string | undefined {
  if (path === undefined) return undefined;
  if (base === '/' || base.startsWith('/..')) return join(root, point, path);
  return path === base || path.startsWith(`${base}/`)
    ? join(root, point, path.slice(base.length))
    : undefined;
}
