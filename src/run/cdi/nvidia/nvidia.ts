import type { HostFiles } from '../files/index.ts';
import { cardParts } from './card.ts';
import { platformOf } from './driver.ts';
import type { NvidiaFound } from './parts.ts';
import { tegraParts } from './tegra.ts';
import { wslParts } from './wsl.ts';

/**
 * Finds the NVIDIA GPUs of a machine, and all that containers need for them: cards of desktops and servers, Jetson,
 * Windows' Linux. Undefined where there are none.
 *
 * @throws SampanError `unavailable` when the driver is not whole.
 */
export async function discoverNvidia(files: HostFiles): Promise<NvidiaFound | undefined> {
  switch (platformOf(files)) {
    case 'pci':
      return await cardParts(files);
    case 'tegra':
      return tegraParts(files);
    case 'wsl':
      return wslParts(files);
    case undefined:
      return undefined;
  }
}
