import { posix } from 'node:path';
import type { CdiNode } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';

/** A GPU of NVIDIA. */
export interface Gpu {
  /** As `nvidia-smi` counts them: by bus address. */
  readonly index: number;
  /** Undefined before the driver woke it. */
  readonly uuid: string | undefined;
  readonly model: string;
  /** `0000:01:00.0`; empty where there is no bus. */
  readonly bus: string;
  /** Of `/dev/nvidiaN`. */
  readonly minor: number;
}

const MAX_GPUS = 256;
const GPUS = '/proc/driver/nvidia/gpus';

/** The GPUs that the driver has, but for those that it is told to leave out. */
export function gpusOf(files: HostFiles): readonly Gpu[] {
  return files
    .names(GPUS)
    .slice(0, MAX_GPUS)
    .flatMap(bus => gpuAt(files, bus) ?? [])
    .sort((a, b) => (a.bus < b.bus ? -1 : 1))
    .map((gpu, index) => ({ ...gpu, index }));
}

function gpuAt(files: HostFiles, bus: string): Omit<Gpu, 'index'> | undefined {
  const lines = (files.text(`${GPUS}/${bus}/information`) ?? '').split('\n');
  const fields = new Map(
    lines.map(line => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
    }),
  );
  const minor = fields.get('Device Minor') ?? '';
  if (!/^\d{1,4}$/.test(minor) || fields.get('GPU Excluded') === 'Yes') return undefined;
  const uuid = fields.get('GPU UUID') ?? '';
  return {
    bus: (fields.get('Bus Location') ?? bus).toLowerCase(),
    model: fields.get('Model') ?? 'NVIDIA GPU',
    minor: Number(minor),
    uuid: /^GPU-[0-9a-f-]{36}$/i.test(uuid) ? uuid : undefined,
  };
}

/** Nodes of one GPU: its own, and those that draw. */
export function gpuNodes(files: HostFiles, { minor, bus }: Gpu): readonly CdiNode[] {
  const drawing = files
    .names(`/sys/bus/pci/devices/${bus}/drm`)
    .filter(name => /^(card|renderD)\d{1,4}$/.test(name))
    .map(name => `/dev/dri/${name}`);
  return [`/dev/nvidia${minor}`, ...drawing]
    .filter(path => files.kind(path) !== undefined)
    .map(path => ({ path }));
}

const CONTROL = ['nvidia-modeset', 'nvidia-uvm', 'nvidia-uvm-tools', 'nvidiactl'];

/** Nodes that each program needs, whatever GPU it has. */
export function controlNodes(files: HostFiles): readonly CdiNode[] {
  return CONTROL.map(name => `/dev/${name}`)
    .filter(path => files.kind(path) !== undefined)
    .map(path => ({ path }));
}

/** A link that is made in a container: where it is, and what it says. */
export interface WantedLink {
  readonly path: string;
  readonly target: string;
}

/** `/dev/dri/by-path` of the nodes that a GPU has. */
export function byPathLinks(files: HostFiles, nodes: readonly CdiNode[]): readonly WantedLink[] {
  const directory = '/dev/dri/by-path';
  const own = new Set(nodes.map(({ path }) => path));
  return files.names(directory).flatMap(name => {
    const target = files.link(`${directory}/${name}`) ?? '';
    const isOwn = name.startsWith('pci-') && own.has(posix.resolve(directory, target));
    return isOwn ? [{ path: `${directory}/${name}`, target }] : [];
  });
}
