import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { type CdiDocument, documentJson, documentOf, readDocument } from '../document/index.ts';
import type { NvidiaFound } from './index.ts';
import { discoverNvidia } from './nvidia.ts';
import { DESKTOP, driverFiles, library, makeMachine, ORIN, SERVER, WSL } from './testing/index.ts';

const LIB = '/usr/lib/x86_64-linux-gnu';

function documentFrom({ kind, devices, containerEdits = {} }: NvidiaFound): CdiDocument {
  const document = documentOf({ kind, devices, containerEdits });
  deepEqual(readDocument(documentJson(document)).problems, []);
  return document;
}

const nodesOf = (document: CdiDocument, name: string): readonly string[] | undefined =>
  document.devices.find(device => device.name === name)?.containerEdits.deviceNodes?.map(({ path }) => path);

test('a desktop with two cards: nodes by bus address, libraries by the version of the driver', async () => {
  using machine = makeMachine(DESKTOP);
  const found = await discoverNvidia(machine.files);
  ok(found);
  deepEqual(found.notices, []);
  const document = documentFrom(found);
  equal(document.cdiVersion, '0.5.0');
  deepEqual(
    document.devices.map(({ name }) => name),
    ['0', 'GPU-5c7f0000-0000-0000-0000-000000000001', '1', 'GPU-5c7f0000-0000-0000-0000-0000000000aa', 'all'],
  );
  deepEqual(nodesOf(document, '0'), ['/dev/nvidia1', '/dev/dri/card1', '/dev/dri/renderD129']);
  deepEqual(nodesOf(document, 'GPU-5c7f0000-0000-0000-0000-0000000000aa'), [
    '/dev/nvidia0',
    '/dev/dri/card0',
    '/dev/dri/renderD128',
  ]);
  equal(nodesOf(document, 'all')?.length, 6);
});

test('a desktop: control nodes, files of the driver and hooks for each of its cards', async () => {
  using machine = makeMachine(DESKTOP);
  const found = await discoverNvidia(machine.files);
  ok(found);
  const document = documentFrom(found);
  const { deviceNodes = [], mounts = [], hooks = [], env } = document.containerEdits ?? {};
  deepEqual(
    deviceNodes.map(({ path }) => path),
    ['/dev/nvidia-modeset', '/dev/nvidia-uvm', '/dev/nvidia-uvm-tools', '/dev/nvidiactl'],
  );
  deepEqual(env, ['NVIDIA_VISIBLE_DEVICES=void', `NVIDIA_CTK_LIBCUDA_DIR=${LIB}`]);
  deepEqual(
    mounts.map(({ containerPath }) => containerPath),
    [
      '/etc/vulkan/icd.d/nvidia_icd.json',
      '/lib/firmware/nvidia/550.54.14/gsp_ga10x.bin',
      '/lib/firmware/nvidia/550.54.14/gsp_tu10x.bin',
      '/run/nvidia-persistenced/socket',
      '/usr/bin/nvidia-smi',
      `${LIB}/libGLX_nvidia.so.550.54.14`,
      `${LIB}/libcuda.so.550.54.14`,
      `${LIB}/libnvidia-allocator.so.550.54.14`,
      `${LIB}/libnvidia-egl-gbm.so.1.1.0`,
      `${LIB}/libnvidia-ml.so.550.54.14`,
      `${LIB}/libnvidia-opticalflow.so.550.54.14`,
      `${LIB}/libnvidia-ptxjitcompiler.so.550.54.14`,
      `${LIB}/vdpau/libvdpau_nvidia.so.550.54.14`,
      '/usr/lib/xorg/modules/drivers/nvidia_drv.so',
      '/usr/share/glvnd/egl_vendor.d/10_nvidia.json',
    ],
  );
  equal(mounts[0]?.hostPath, '/usr/share/vulkan/icd.d/nvidia_icd.json');
  deepEqual(
    hooks.map(({ args = [] }) => args[1]),
    ['create-symlinks', 'enable-cuda-compat', 'update-ldcache', 'disable-device-node-modification'],
  );
  ok(hooks[0]?.args?.includes(`libcuda.so.1::${LIB}/libcuda.so`));
  deepEqual(hooks[2]?.args?.slice(2), ['--folder', LIB, '--folder', `${LIB}/vdpau`]);
  deepEqual(document.devices[0]?.containerEdits.hooks?.[0]?.args?.slice(1), [
    'create-symlinks',
    '--link',
    '../card1::/dev/dri/by-path/pci-0000:01:00.0-card',
    '--link',
    '../renderD129::/dev/dri/by-path/pci-0000:01:00.0-render',
  ]);
});

test('a server: parts of a GPU, its sockets, and mounts where there is no hook', async () => {
  using machine = makeMachine(SERVER);
  const found = await discoverNvidia(machine.files);
  ok(found);
  match(found.notices.join(), /no nvidia-cdi-hook: .*enable-cuda-compat/);
  const document = documentFrom(found);
  deepEqual(
    document.devices.map(({ name }) => name),
    ['0', 'GPU-9221d5d1-b60b-a624-bf14-0a1819cfda3b', '0:gi1:ci0', '0:gi2:ci0', 'all'],
  );
  deepEqual(nodesOf(document, '0:gi2:ci0'), [
    '/dev/nvidia5',
    '/dev/nvidia-caps/nvidia-cap642',
    '/dev/nvidia-caps/nvidia-cap643',
  ]);
  equal(nodesOf(document, 'all')?.length, 5);
  const { mounts = [], hooks } = document.containerEdits ?? {};
  equal(hooks, undefined);
  const sources = new Map(mounts.map(({ containerPath, hostPath }) => [containerPath, hostPath]));
  for (const name of ['libcuda.so', 'libcuda.so.1', 'libcuda.so.535.129.03'])
    equal(sources.get(`${LIB}/${name}`), `${LIB}/libcuda.so.535.129.03`);
  deepEqual(mounts.find(({ hostPath }) => hostPath === '/tmp/nvidia-mps')?.options, [
    'nosuid',
    'nodev',
    'rbind',
    'rprivate',
    'noexec',
  ]);
  ok(sources.has('/run/nvidia-fabricmanager/socket'));
});

test('a Jetson: what its CSV files list, as far as it is there', async () => {
  using machine = makeMachine(ORIN);
  const found = await discoverNvidia(machine.files);
  ok(found);
  deepEqual(found.notices, ['2 of the files in its lists are not there']);
  const document = documentFrom(found);
  deepEqual(
    document.devices.map(({ name }) => name),
    ['0', 'all'],
  );
  deepEqual(nodesOf(document, 'all'), ['/dev/nvhost-ctrl', '/dev/nvmap', '/dev/dri/card0']);
  const tegra = '/usr/lib/aarch64-linux-gnu/tegra';
  const { mounts = [], hooks = [] } = document.devices[0]?.containerEdits ?? {};
  deepEqual(
    mounts.map(({ hostPath }) => hostPath),
    [
      `${tegra}/libcuda.so.1.1`,
      `${tegra}/libnvrm_mem.so`,
      `${tegra}/libv4l2_nvargus.so`,
      '/usr/share/nvidia/nvoptix',
    ],
  );
  deepEqual(hooks[0]?.args?.slice(0, 3), ['nvidia-ctk', 'hook', 'create-symlinks']);
  deepEqual(
    hooks[0]?.args?.filter(one => one.includes('::')),
    [
      'tegra/libcuda.so::/usr/lib/aarch64-linux-gnu/libcuda.so',
      `libcuda.so.1::${tegra}/libcuda.so`,
      `libcuda.so.1.1::${tegra}/libcuda.so.1`,
      '../../../tegra/libv4l2_nvargus.so::/usr/lib/aarch64-linux-gnu/libv4l/plugins/nv/libv4l2_nvargus.so',
    ],
  );
});

test('Linux in Windows: one node, and the store of the driver', async () => {
  using machine = makeMachine(WSL);
  const found = await discoverNvidia(machine.files);
  ok(found);
  const document = documentFrom(found);
  equal(document.cdiVersion, '0.3.0');
  deepEqual(nodesOf(document, 'all'), ['/dev/dxg']);
  const { mounts = [], hooks = [] } = document.containerEdits ?? {};
  deepEqual(
    mounts.map(({ hostPath }) => hostPath.replace(/.*\/(drivers\/nv|lib\/)[^/]*/, '$1')),
    [
      'drivers/nv/libcuda.so.1.1',
      'drivers/nv/libcuda_loader.so',
      'drivers/nv/libnvidia-ml.so.1',
      'drivers/nv/nvcubins.bin',
      'drivers/nv/nvidia-smi',
      'lib/',
    ],
  );
  match(hooks[0]?.args?.at(-1) ?? '', /\/nvidia-smi::\/usr\/bin\/nvidia-smi$/);
  equal(hooks[1]?.args?.filter(one => one === '--folder').length, 2);
});

test('a machine without NVIDIA has nothing; one whose driver was replaced under it says so', async () => {
  using none = makeMachine({ '/etc/hostname': 'device' });
  equal(await discoverNvidia(none.files), undefined);
  using machine = makeMachine(DESKTOP);
  for (const name of ['libcuda.so', 'libcuda.so.1', 'libcuda.so.550.54.14']) machine.remove(`${LIB}/${name}`);
  machine.add({
    [`${LIB}/libcuda.so.560.35.03`]: library(),
    [`${LIB}/libcuda.so.1`]: { to: 'libcuda.so.560.35.03' },
  });
  await rejects(discoverNvidia(machine.files), {
    code: 'unavailable',
    message: /runs NVIDIA driver 550\.54\.14, but its libraries are not there; those of 560\.35\.03 are/,
    remedy: /restart the machine/,
  });
});

test('lies and loops in what is read do no harm', async () => {
  using machine = makeMachine({
    '/lib': { to: 'usr/lib' },
    '/usr/lib/firmware/': '',
    ...driverFiles('550.54.14'),
    '/sys/module/nvidia/version': '550.54.14\n',
    '/proc/driver/nvidia/gpus/0000:01:00.0/information':
      'GPU UUID: GPU-????????-????-????-????-????????????\nDevice Minor: 0\nModel: ../../etc\n',
    '/proc/driver/nvidia/gpus/0000:02:00.0/information': `Device Minor: ${'9'.repeat(40)}\n`,
    '/dev/nvidia0': '',
    '/dev/dri/by-path/pci-loop': { to: 'pci-loop' },
    '/sys/bus/pci/devices/0000:01:00.0/drm/card0..': '',
    '/usr/bin/nvidia-smi': { to: 'nvidia-smi' },
    '/proc/driver/nvidia-caps/mig-minors': `gpu0/gi0/access ${'1'.repeat(30)}\n${'x '.repeat(10_000)}`,
  });
  const found = await discoverNvidia(machine.files);
  ok(found);
  deepEqual(
    documentFrom(found).devices.map(({ name }) => name),
    ['0', 'all'],
  );
});
