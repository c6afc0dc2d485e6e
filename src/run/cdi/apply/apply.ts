import type { Mount } from '../../compose/index.ts';
import type { ContainerEdits, DeviceNode } from '../../supervise/index.ts';
import type { CdiEdits, CdiMount, CdiNode } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';
import { hookStandIns } from './hooks.ts';

/** What edits become where no engine applies them. */
export interface Applied {
  readonly edits: ContainerEdits;
  /** What is lost, a line each. */
  readonly notices: readonly string[];
}

const RIGHTS = 'rw';

/**
 * Turns edits into what an engine without CDI can do: nodes, mounts, variables, groups. Hooks cannot run; what those
 * of NVIDIA do is done by mounts and a search path of libraries. `environment` is what the service sets itself.
 */
export function applyEdits(
  host: HostFiles,
  edits: readonly CdiEdits[],
  environment: ReadonlyMap<string, { readonly value: string }>,
): Applied {
  const nodes = unique(
    edits.flatMap(({ deviceNodes = [] }) => deviceNodes),
    ({ path }) => path,
  );
  const binds = edits.flatMap(({ mounts = [] }) => mounts);
  const hooks = edits.flatMap(one => one.hooks ?? []);
  const inPlace = hookStandIns(host, hooks, { mounts: binds, environment });
  const mounts = unique([...binds, ...inPlace.mounts], ({ containerPath }) => containerPath).map(mountOf);
  const gids = edits.flatMap(({ additionalGids = [] }) => additionalGids).filter(gid => gid !== 0);
  const lost = [...mounts.flatMap(({ lost: text }) => text ?? []), ...nodesLost(nodes), ...otherLost(edits)];
  return {
    edits: {
      devices: nodes.map(deviceOf),
      deviceRules: [],
      groups: [...new Set(gids.map(String))],
      mounts: mounts.flatMap(({ mount }) => mount ?? []),
      environment: { ...variables(edits), ...inPlace.environment },
      requests: [],
      dropsMknod: nodes.length > 0,
    },
    notices: [...new Set([...inPlace.notices, ...lost])],
  };
}

function unique<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...new Map(all.map(one => [keyOf(one), one])).values()];
}

/** Right to make nodes is not given: MKNOD is dropped. */
function deviceOf({ path, hostPath = '', permissions = '' }: CdiNode): DeviceNode {
  const rights = permissions === 'none' ? '' : permissions.replace('m', '');
  return { hostPath: hostPath === '' ? path : hostPath, path, permissions: rights === '' ? RIGHTS : rights };
}

function variables(edits: readonly CdiEdits[]): Readonly<Record<string, string>> {
  const pairs = edits.flatMap(({ env = [] }) =>
    env.map(one => {
      const at = one.indexOf('=');
      return [one.slice(0, at), one.slice(at + 1)] as const;
    }),
  );
  return Object.fromEntries(pairs);
}

const PROPAGATION = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const;

function mountOf(mount: CdiMount): { readonly mount?: Mount; readonly lost?: string } {
  const { hostPath, containerPath, options = [], type = '' } = mount;
  const isReadOnly = options.includes('ro');
  if (type === 'tmpfs') return { mount: { type: 'tmpfs', target: containerPath, isReadOnly } };
  const isBind = ['', 'bind', 'none'].includes(type);
  if (!isBind) return { lost: `${containerPath}: a mount of type ${type} is not possible without CDI` };
  const propagation = PROPAGATION.find(one => options.includes(one));
  const base = { type: 'bind', source: hostPath, target: containerPath, isReadOnly } as const;
  return { mount: propagation === undefined ? base : { ...base, propagation } };
}

function nodesLost(nodes: readonly CdiNode[]): readonly string[] {
  const owned = nodes.filter(
    ({ uid, gid, fileMode }) => uid !== undefined || gid !== undefined || fileMode !== undefined,
  );
  return owned.length === 0
    ? []
    : [`${owned.map(({ path }) => path).join(', ')}: owner and mode are those of the host`];
}

function otherLost(edits: readonly CdiEdits[]): readonly string[] {
  const nets = edits.flatMap(({ netDevices = [] }) => netDevices.map(one => one.hostInterfaceName));
  return [
    ...(nets.length === 0 ? [] : [`${nets.join(', ')}: network interfaces are not given without CDI`]),
    ...(edits.some(({ intelRdt }) => intelRdt !== undefined) ? ['intelRdt is not possible without CDI'] : []),
  ];
}
