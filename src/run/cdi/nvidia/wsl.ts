import { posix } from 'node:path';
import { SampanError } from '../../../core/errors/index.ts';
import type { HostFiles } from '../files/index.ts';
import { hookEdits } from './hooks.ts';
import { fileMount } from './others.ts';
import { type NvidiaFound, sortedMounts } from './parts.ts';

const STORES = '/usr/lib/wsl/drivers';
const SHARED = '/usr/lib/wsl/lib';
const WANTED = [
  'libcuda.so.1.1',
  'libcuda_loader.so',
  'libnvidia-ptxjitcompiler.so.1',
  'libnvidia-ml.so.1',
  'libnvidia-ml_loader.so',
  'libdxcore.so',
  'libnvdxgdmal.so.1',
  'nvcubins.bin',
  'nvidia-smi',
];

/** What the GPUs of a Windows host need in its Linux: the driver is in the store that Windows shares. */
export function wslParts(files: HostFiles): NvidiaFound {
  const stores = files
    .names(STORES)
    .map(name => `${STORES}/${name}`)
    .filter(store => files.real(`${store}/libcuda.so.1.1`) !== undefined);
  if (stores.length === 0)
    throw new SampanError('unavailable', `no driver of NVIDIA is in ${STORES}`, {
      remedy: 'install the NVIDIA driver in Windows, then: wsl --shutdown',
    });
  const places = [...stores, SHARED];
  const paths = WANTED.flatMap(
    name => places.map(place => `${place}/${name}`).find(path => files.real(path) !== undefined) ?? [],
  );
  const smi = paths.find(path => path.endsWith('/nvidia-smi'));
  const libraries = paths.filter(path => path.includes('.so'));
  const folders = [...new Set(libraries.map(path => posix.dirname(path)))].sort();
  const links = smi === undefined ? [] : [{ path: '/usr/bin/nvidia-smi', target: smi }];
  const { hooks, mounts, notices } = hookEdits(files, { links, folders, keepsNodes: false }, libraries);
  return {
    platform: 'wsl',
    version: undefined,
    gpus: [],
    notices:
      stores.length > 1 ? [...notices, `there are several driver stores: ${stores.join(', ')}`] : notices,
    kind: 'nvidia.com/gpu',
    devices: [{ name: 'all', containerEdits: { deviceNodes: [{ path: '/dev/dxg' }] } }],
    containerEdits: {
      env: ['NVIDIA_VISIBLE_DEVICES=void'],
      mounts: sortedMounts([...paths.map(path => fileMount(path)), ...mounts]),
      ...(hooks.length === 0 ? {} : { hooks }),
    },
  };
}
