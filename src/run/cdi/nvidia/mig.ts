import type { CdiDevice } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';
import type { Gpu } from './gpus.ts';

const MAX_LINES = 100_000;

/**
 * The parts that GPUs are cut into (MIG), as devices `GPU:giN:ciN`: by the numbers that the driver has for them. Their
 * UUIDs, and the numbers that `nvidia-smi` counts them by, are known to the driver's library alone.
 * (NVIDIA Multi-Instance GPU User Guide, "Device Nodes and Capabilities")
 */
export function migDevices(files: HostFiles, gpus: readonly Gpu[]): readonly CdiDevice[] {
  const minors = migMinors(files.text('/proc/driver/nvidia-caps/mig-minors') ?? '');
  return gpus.flatMap(gpu => {
    const place = `/proc/driver/nvidia/capabilities/gpu${gpu.minor}/mig`;
    return numbered(files, place, 'gi').flatMap(gi =>
      numbered(files, `${place}/gi${gi}`, 'ci').flatMap(ci => {
        const paths = [`gpu${gpu.minor}/gi${gi}/access`, `gpu${gpu.minor}/gi${gi}/ci${ci}/access`];
        const caps = paths.map(path => `/dev/nvidia-caps/nvidia-cap${minors.get(path)}`);
        if (caps.some(path => files.kind(path) === undefined)) return [];
        const nodes = [`/dev/nvidia${gpu.minor}`, ...caps].map(path => ({ path }));
        return [{ name: `${gpu.index}:gi${gi}:ci${ci}`, containerEdits: { deviceNodes: nodes } }];
      }),
    );
  });
}

function numbered(files: HostFiles, directory: string, prefix: string): readonly number[] {
  return files
    .names(directory)
    .flatMap(name =>
      new RegExp(`^${prefix}\\d{1,3}$`).test(name) ? [Number(name.slice(prefix.length))] : [],
    )
    .sort((a, b) => a - b);
}

/** Minor numbers by what they open. */
function migMinors(text: string): ReadonlyMap<string, number> {
  const pairs = text.split('\n', MAX_LINES).flatMap(line => {
    const match = /^(gpu\d+\/gi\d+(?:\/ci\d+)?\/access) (\d{1,7})$/.exec(line.trim());
    return match === null ? [] : [[match[1] ?? '', Number(match[2])] as const];
  });
  return new Map(pairs);
}
