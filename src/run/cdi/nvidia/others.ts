import { posix } from 'node:path';
import type { CdiMount } from '../document/index.ts';
import type { HostFiles } from '../files/index.ts';

const READ_ONLY = ['ro', 'nosuid', 'nodev', 'rbind', 'rprivate'];
const SOCKET = ['nosuid', 'nodev', 'rbind', 'rprivate', 'noexec'];

/** A file of the host in the same place, or in another, for reading. */
export function fileMount(hostPath: string, containerPath = hostPath): CdiMount {
  return { hostPath, containerPath, options: READ_ONLY };
}

/** What the driver loads into the GPU. (Linux, "Firmware search paths") */
export function firmwareMounts(files: HostFiles, version: string): readonly CdiMount[] {
  const release = files.text('/proc/sys/kernel/osrelease') ?? '';
  const custom = files.text('/sys/module/firmware_class/parameters/path') ?? '';
  const places = [
    ...(custom.startsWith('/') ? [custom] : []),
    ...(release === '' ? [] : [`/lib/firmware/updates/${release}`]),
    '/lib/firmware/updates',
    ...(release === '' ? [] : [`/lib/firmware/${release}`]),
    '/lib/firmware',
  ];
  for (const place of places) {
    const directory = `${place}/nvidia/${version}`;
    const names = files.names(directory).filter(name => /^gsp.*\.bin$/.test(name));
    if (names.length > 0) return names.map(name => fileMount(`${directory}/${name}`));
  }
  return [];
}

/** Sockets of the driver's daemons. */
export function socketMounts(files: HostFiles): readonly CdiMount[] {
  const sockets = ['/run/nvidia-persistenced/socket', '/run/nvidia-fabricmanager/socket', '/tmp/nvidia-mps'];
  return sockets
    .filter(path => files.kind(path) !== undefined)
    .map(path => ({ hostPath: path, containerPath: path, options: SOCKET }));
}

const PROGRAMS = [
  'nvidia-smi',
  'nvidia-debugdump',
  'nvidia-persistenced',
  'nvidia-cuda-mps-control',
  'nvidia-cuda-mps-server',
  'nvidia-imex',
  'nvidia-imex-ctl',
];
const PROGRAM_PLACES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where a program is, its name not resolved; undefined when it is not there. */
export function programPath(files: HostFiles, name: string): string | undefined {
  return PROGRAM_PLACES.map(place => `${place}/${name}`).find(path => files.real(path) !== undefined);
}

/** Programs that belong to the driver. */
export function programMounts(files: HostFiles): readonly CdiMount[] {
  return PROGRAMS.flatMap(name => {
    const path = programPath(files, name);
    return path === undefined ? [] : [fileMount(files.real(path) ?? path, path)];
  });
}

const CONFIGS = [
  'glvnd/egl_vendor.d/10_nvidia.json',
  'egl/egl_external_platform.d/15_nvidia_gbm.json',
  'egl/egl_external_platform.d/10_nvidia_wayland.json',
  'nvidia/nvoptix.bin',
  'X11/xorg.conf.d/10-nvidia.conf',
  'X11/xorg.conf.d/nvidia-drm-outputclass.conf',
];
/** Loaders look for these below `/etc`, wherever they are here. */
const VULKAN = [
  'vulkan/icd.d/nvidia_icd.json',
  'vulkan/icd.d/nvidia_layers.json',
  'vulkan/implicit_layer.d/nvidia_layers.json',
  'vulkan/icd.d/nvidia_icd.x86_64.json',
  'vulkan/icd.d/nvidia_icd.aarch64.json',
];

/** How programs that draw find the driver. */
export function configMounts(files: HostFiles): readonly CdiMount[] {
  const find = (name: string): string | undefined =>
    ['/etc', '/usr/share'].map(root => posix.join(root, name)).find(path => files.real(path) !== undefined);
  const plain = CONFIGS.flatMap(name => find(name) ?? []).map(path => fileMount(path));
  const vulkan = VULKAN.flatMap(name => {
    const path = find(name);
    return path === undefined ? [] : [fileMount(path, `/etc/${name}`)];
  });
  return [...plain, ...vulkan];
}
