import { library, loaderCache, type MadeFiles } from './tree.ts';

const DEBIAN = '/usr/lib/x86_64-linux-gnu';
const HOOK: MadeFiles = { '/usr/bin/nvidia-cdi-hook': '' };

function information(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: \t ${value}\n`)
    .join('');
}

function kernelDriver(version: string): MadeFiles {
  return {
    '/proc/driver/nvidia/version': `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${version}  Thu Feb 22 01:44:30 UTC 2024\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n`,
    '/proc/sys/kernel/osrelease': '6.1.0-18-amd64\n',
    '/dev/nvidiactl': '',
    '/dev/nvidia-modeset': '',
    '/dev/nvidia-uvm': '',
    '/dev/nvidia-uvm-tools': '',
  };
}

/** Libraries of a driver as Debian and Ubuntu have them: files, links of the loader and of the linker. */
export function driverFiles(version: string, names: readonly string[] = LIBRARIES): MadeFiles {
  const files: Record<string, MadeFiles[string]> = {};
  for (const soname of names) {
    const stem = soname.replace(/\.\d+$/, '');
    files[`${DEBIAN}/${stem}.${version}`] = library();
    files[`${DEBIAN}/${soname}`] = { to: `${stem}.${version}` };
  }
  files[`${DEBIAN}/libcuda.so`] = { to: 'libcuda.so.1' };
  files[`/lib/firmware/nvidia/${version}/gsp_ga10x.bin`] = 'firmware';
  files[`/lib/firmware/nvidia/${version}/gsp_tu10x.bin`] = 'firmware';
  files['/etc/ld.so.cache'] = loaderCache([
    ...names.map(name => [name, `/lib/x86_64-linux-gnu/${name}`] as const),
    ['libc.so.6', '/lib/x86_64-linux-gnu/libc.so.6'],
  ]);
  return files;
}

const LIBRARIES = [
  'libcuda.so.1',
  'libnvidia-ml.so.1',
  'libnvidia-ptxjitcompiler.so.1',
  'libnvidia-opticalflow.so.1',
  'libnvidia-allocator.so.1',
  'libGLX_nvidia.so.0',
];

/** A desktop with two cards, whose numbers of nodes are not in the order of the bus, and its drawing parts. */
export const DESKTOP: MadeFiles = {
  ...kernelDriver('550.54.14'),
  '/lib': { to: 'usr/lib' },
  '/usr/lib/firmware/nvidia/': '',
  ...driverFiles('550.54.14'),
  [`${DEBIAN}/libc.so.6`]: library(),
  [`${DEBIAN}/vdpau/libvdpau_nvidia.so.550.54.14`]: library(),
  [`${DEBIAN}/libnvidia-egl-gbm.so.1.1.0`]: library(),
  '/usr/lib/i386-linux-gnu/libcuda.so.550.54.14': library(32),
  '/usr/lib/xorg/modules/drivers/nvidia_drv.so': library(),
  '/usr/share/vulkan/icd.d/nvidia_icd.json': '{}',
  '/usr/share/glvnd/egl_vendor.d/10_nvidia.json': '{}',
  '/usr/bin/nvidia-smi': '',
  '/run/nvidia-persistenced/socket': '',
  ...HOOK,
  '/proc/driver/nvidia/gpus/0000:0a:00.0/information': information({
    Model: 'NVIDIA GeForce RTX 4090',
    'GPU UUID': 'GPU-5c7f0000-0000-0000-0000-0000000000aa',
    'Bus Location': '0000:0a:00.0',
    'Device Minor': '0',
    'GPU Excluded': 'No',
  }),
  '/proc/driver/nvidia/gpus/0000:01:00.0/information': information({
    Model: 'NVIDIA GeForce RTX 3060',
    'GPU UUID': 'GPU-5c7f0000-0000-0000-0000-000000000001',
    'Bus Location': '0000:01:00.0',
    'Device Minor': '1',
    'GPU Excluded': 'No',
  }),
  '/dev/nvidia0': '',
  '/dev/nvidia1': '',
  '/dev/dri/card0': '',
  '/dev/dri/renderD128': '',
  '/dev/dri/card1': '',
  '/dev/dri/renderD129': '',
  '/dev/dri/by-path/pci-0000:01:00.0-card': { to: '../card1' },
  '/dev/dri/by-path/pci-0000:01:00.0-render': { to: '../renderD129' },
  '/dev/dri/by-path/pci-0000:0a:00.0-card': { to: '../card0' },
  '/sys/bus/pci/devices/0000:01:00.0/drm/card1/': '',
  '/sys/bus/pci/devices/0000:01:00.0/drm/renderD129/': '',
  '/sys/bus/pci/devices/0000:0a:00.0/drm/card0/': '',
  '/sys/bus/pci/devices/0000:0a:00.0/drm/renderD128/': '',
};

/** A server: an H100 that is cut in two, without a display, without the hook, one GPU that is left out. */
export const SERVER: MadeFiles = {
  ...kernelDriver('535.129.03'),
  ...driverFiles('535.129.03', ['libcuda.so.1', 'libnvidia-ml.so.1']),
  '/lib/x86_64-linux-gnu': { to: '/usr/lib/x86_64-linux-gnu' },
  '/usr/bin/nvidia-smi': '',
  '/run/nvidia-fabricmanager/socket': '',
  '/tmp/nvidia-mps/': '',
  '/proc/driver/nvidia/gpus/0000:62:00.0/information': information({
    Model: 'NVIDIA H100 80GB HBM3',
    'GPU UUID': 'GPU-9221d5d1-b60b-a624-bf14-0a1819cfda3b',
    'Bus Location': '0000:62:00.0',
    'Device Minor': '5',
  }),
  '/proc/driver/nvidia/gpus/0000:18:00.0/information': information({
    'Device Minor': '0',
    'Bus Location': '0000:18:00.0',
    'GPU Excluded': 'Yes',
  }),
  '/dev/nvidia5': '',
  '/proc/driver/nvidia-caps/mig-minors':
    'config 1\nmonitor 2\ngpu5/gi1/access 633\ngpu5/gi1/ci0/access 634\ngpu5/gi2/access 642\ngpu5/gi2/ci0/access 643\n',
  '/proc/driver/nvidia/capabilities/gpu5/mig/gi1/ci0/access': 'DeviceFileMinor: 634\n',
  '/proc/driver/nvidia/capabilities/gpu5/mig/gi2/ci0/access': 'DeviceFileMinor: 643\n',
  '/dev/nvidia-caps/nvidia-cap633': '',
  '/dev/nvidia-caps/nvidia-cap634': '',
  '/dev/nvidia-caps/nvidia-cap642': '',
  '/dev/nvidia-caps/nvidia-cap643': '',
};

const TEGRA = '/usr/lib/aarch64-linux-gnu/tegra';

/** A Jetson Orin with JetPack 5. */
export const ORIN: MadeFiles = {
  '/etc/nv_tegra_release': '# R35 (release), REVISION: 4.1, GCID: 33958178, BOARD: t186ref, EABI: aarch64\n',
  '/sys/firmware/devicetree/base/compatible':
    'nvidia,p3768-0000+p3767-0000\0nvidia,p3767-0000\0nvidia,tegra234\0',
  '/etc/nvidia-container-runtime/host-files-for-container.d/devices.csv':
    'dev, /dev/nvhost-ctrl\ndev, /dev/nvmap\ndev, /dev/dri/card0\ndev, /dev/nvhost-vic-gone\nbad line\n',
  '/etc/nvidia-container-runtime/host-files-for-container.d/drivers.csv': [
    `lib, ${TEGRA}/libcuda.so.1.1`,
    `lib, ${TEGRA}/libnvrm_mem.so`,
    `sym, /usr/lib/aarch64-linux-gnu/libcuda.so`,
    'sym, /usr/lib/aarch64-linux-gnu/libv4l/plugins/nv/libv4l2_nvargus.so',
    `lib, ${TEGRA}/libv4l2_nvargus.so`,
    'dir, /usr/share/nvidia/nvoptix',
    'lib, /usr/lib/aarch64-linux-gnu/gone.so',
    '',
  ].join('\n'),
  '/etc/nvidia-container-runtime/host-files-for-container.d/cudnn.csv': 'lib, /usr/lib/libcudnn.so\n',
  '/usr/lib/libcudnn.so': library(),
  '/dev/nvhost-ctrl': '',
  '/dev/nvmap': '',
  '/dev/dri/card0': '',
  [`${TEGRA}/libcuda.so.1.1`]: library(),
  [`${TEGRA}/libcuda.so.1`]: { to: 'libcuda.so.1.1' },
  [`${TEGRA}/libnvrm_mem.so`]: library(),
  [`${TEGRA}/libv4l2_nvargus.so`]: library(),
  '/usr/lib/aarch64-linux-gnu/libcuda.so': { to: 'tegra/libcuda.so' },
  [`${TEGRA}/libcuda.so`]: { to: 'libcuda.so.1' },
  '/usr/lib/aarch64-linux-gnu/libv4l/plugins/nv/libv4l2_nvargus.so': {
    to: '../../../tegra/libv4l2_nvargus.so',
  },
  '/usr/share/nvidia/nvoptix/': '',
  '/usr/bin/nvidia-ctk': '',
};

const STORE = '/usr/lib/wsl/drivers/nv_dispi.inf_amd64_0a1b2c3d4e5f6071';

/** Linux in Windows. */
export const WSL: MadeFiles = {
  '/dev/dxg': '',
  [`${STORE}/libcuda.so.1.1`]: library(),
  [`${STORE}/libcuda_loader.so`]: library(),
  [`${STORE}/libnvidia-ml.so.1`]: library(),
  [`${STORE}/nvidia-smi`]: '',
  [`${STORE}/nvcubins.bin`]: '',
  '/usr/lib/wsl/drivers/iigd_dch.inf_amd64_1/libigd.so': library(),
  '/usr/lib/wsl/lib/libdxcore.so': library(),
  '/usr/lib/wsl/lib/nvidia-smi': '',
  ...HOOK,
};
