import type { HostFiles } from '../files/index.ts';

const VERSION = /(?:^|\s)(\d{3,4}\.\d+(?:\.\d+)*)(?:\s|$)/;

/** The version of the driver that the kernel runs; undefined where none does. (NVIDIA driver README, "procinterface") */
export function driverVersion(files: HostFiles): string | undefined {
  const line = (files.text('/proc/driver/nvidia/version') ?? '').split('\n')[0] ?? '';
  const module = files.text('/sys/module/nvidia/version') ?? '';
  return VERSION.exec(line)?.[1] ?? VERSION.exec(module)?.[1];
}

/** What a path says of the version of the driver that it belongs to: `/usr/lib/libcuda.so.550.54.14`. */
export function versionIn(path: string): string | undefined {
  const match = /(?:\.so\.|\/firmware\/(?:[^/]+\/)*nvidia\/)(\d{3,4}\.\d+(?:\.\d+)*)(?:\/|$)/.exec(path);
  return match?.[1];
}

/** The kinds of machines, which are found in different ways. */
export type Platform = 'pci' | 'tegra' | 'wsl';

/** Where Jetson says what containers get. */
export const CSV_DIRECTORY = '/etc/nvidia-container-runtime/host-files-for-container.d';

/** Which kind this one is; undefined where there is nothing of NVIDIA. A card in a Jetson is a card. */
export function platformOf(files: HostFiles): Platform | undefined {
  if (files.kind('/dev/dxg') !== undefined && files.kind('/usr/lib/wsl') !== undefined) return 'wsl';
  if (files.names('/proc/driver/nvidia/gpus').length > 0) return 'pci';
  if (isTegra(files) && files.names(CSV_DIRECTORY).some(name => name.endsWith('.csv'))) return 'tegra';
  return undefined;
}

function isTegra(files: HostFiles): boolean {
  const family = files.text('/sys/devices/soc0/family') ?? '';
  const compatible = files.text('/sys/firmware/devicetree/base/compatible') ?? '';
  return (
    files.kind('/etc/nv_tegra_release') !== undefined ||
    /tegra/i.test(family) ||
    compatible.includes('nvidia,tegra')
  );
}
