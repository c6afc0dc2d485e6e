import { posix } from 'node:path';
import { SampanError } from '../../../core/errors/index.ts';
import type { CdiDevice, CdiMount } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';
import { driverVersion } from './driver.ts';
import { byPathLinks, controlNodes, type Gpu, gpuNodes, gpusOf, type WantedLink } from './gpus.ts';
import { hookEdits, hookProgram, hooksOf } from './hooks.ts';
import { driverLibraries, xorgModules } from './libraries.ts';
import { migDevices } from './mig.ts';
import { configMounts, fileMount, firmwareMounts, programMounts, socketMounts } from './others.ts';
import { type NvidiaFound, sortedMounts, withAll } from './parts.ts';

/** What cards of NVIDIA in a desktop or a server need. @throws SampanError `unavailable` when the driver is not whole. */
export async function cardParts(files: HostFiles): Promise<NvidiaFound> {
  const version = driverVersion(files);
  if (version === undefined)
    throw new SampanError('unavailable', 'the version of the NVIDIA driver is not known', {
      remedy: 'load the driver: nvidia-smi shows whether it works',
    });
  const { paths, directory, others } = await driverLibraries(files, version);
  if (directory === undefined)
    throw new SampanError('unavailable', missingLibraries(version, others), {
      remedy:
        others.length > 0
          ? 'restart the machine: the kernel still runs the old driver'
          : 'install the driver whole',
    });
  const modules = xorgModules(files, { version, directory });
  const keep = { compatVersion: version, keepsNodes: true };
  const wishes = { links: driverLinks([...paths, ...modules]), folders: foldersOf(paths), ...keep };
  const { hooks, mounts, notices } = hookEdits(files, wishes, paths);
  const gpus = gpusOf(files);
  const devices = [...gpus.flatMap(gpu => gpuDevices(files, gpu)), ...migDevices(files, gpus)];
  return {
    platform: 'pci',
    version,
    gpus,
    notices,
    kind: 'nvidia.com/gpu',
    devices: withAll(devices),
    containerEdits: {
      env: ['NVIDIA_VISIBLE_DEVICES=void', `NVIDIA_CTK_LIBCUDA_DIR=${directory}`],
      deviceNodes: controlNodes(files),
      mounts: sortedMounts([...filesOf(files, version, [...paths, ...modules]), ...mounts]),
      ...(hooks.length === 0 ? {} : { hooks }),
    },
  };
}

function missingLibraries(version: string, others: readonly string[]): string {
  const instead = others.length === 0 ? '' : `; those of ${others.join(', ')} are`;
  return `the kernel runs NVIDIA driver ${version}, but its libraries are not there${instead}`;
}

function filesOf(files: HostFiles, version: string, libraries: readonly string[]): readonly CdiMount[] {
  return [
    ...libraries.map(path => fileMount(path)),
    ...firmwareMounts(files, version),
    ...socketMounts(files),
    ...programMounts(files),
    ...configMounts(files),
  ];
}

function foldersOf(libraries: readonly string[]): readonly string[] {
  return [...new Set(libraries.map(path => posix.dirname(path)))].sort();
}

/** Names that programs open, and that the loader does not make by itself. */
const LINKS: readonly (readonly [RegExp, (file: string) => WantedLink])[] = [
  [/^libcuda\.so\./, () => ({ path: 'libcuda.so', target: 'libcuda.so.1' })],
  [
    /^libnvidia-opticalflow\.so\./,
    () => ({ path: 'libnvidia-opticalflow.so', target: 'libnvidia-opticalflow.so.1' }),
  ],
  [/^libGLX_nvidia\.so\./, file => ({ path: 'libGLX_indirect.so.0', target: file })],
  [
    /^libnvidia-allocator\.so\./,
    () => ({ path: 'gbm/nvidia-drm_gbm.so', target: '../libnvidia-allocator.so.1' }),
  ],
  [/^libnvidia-vulkan-producer\.so\./, file => ({ path: 'libnvidia-vulkan-producer.so', target: file })],
  [/^libglxserver_nvidia\.so\./, file => ({ path: 'libglxserver_nvidia.so', target: file })],
];

/** Links of a driver's libraries, where they are. */
export function driverLinks(libraries: readonly string[]): readonly WantedLink[] {
  return libraries.flatMap(library => {
    const file = posix.basename(library);
    return LINKS.filter(([pattern]) => pattern.test(file)).map(([, make]) => {
      const { path, target } = make(file);
      return { path: posix.join(posix.dirname(library), path), target };
    });
  });
}

/** One GPU, by its number and by its UUID. */
function gpuDevices(files: HostFiles, gpu: Gpu): readonly CdiDevice[] {
  const deviceNodes = gpuNodes(files, gpu);
  if (deviceNodes.length === 0) return [];
  const program = hookProgram(files);
  const links = byPathLinks(files, deviceNodes);
  const hooks = program === undefined ? [] : hooksOf(program, { links, folders: [], keepsNodes: false });
  const containerEdits = { deviceNodes, ...(hooks.length === 0 ? {} : { hooks }) };
  return [String(gpu.index), ...(gpu.uuid === undefined ? [] : [gpu.uuid])].map(name => ({
    name,
    containerEdits,
  }));
}
