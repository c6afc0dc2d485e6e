import { SampanError } from '../../../core/errors/index.ts';
import type { DeviceRequest } from '../../compose/index.ts';

/** The kind that NVIDIA gives its GPUs. */
export const NVIDIA_KIND = 'nvidia.com/gpu';

/**
 * The names of the GPUs that a request means, among those that there are: a number of them from the first, some by
 * index or UUID, or all.
 *
 * @throws SampanError `unavailable` when there are fewer, with what there is.
 */
export function gpuNames(
  { count = -1, deviceIds }: DeviceRequest,
  known: readonly string[],
  service: string,
): readonly string[] {
  const own = known.flatMap(name =>
    name.startsWith(`${NVIDIA_KIND}=`) ? [name.slice(NVIDIA_KIND.length + 1)] : [],
  );
  const missing = (wanted: string): SampanError =>
    new SampanError('unavailable', `${service} asks for ${wanted}; there ${seen(own)}`, {
      remedy: 'ask for what there is (sampan devices cdi --nvidia --output - shows it)',
    });
  if (deviceIds !== undefined)
    return deviceIds.map(id => {
      if (!own.includes(id)) throw missing(`GPU ${id}`);
      return `${NVIDIA_KIND}=${id}`;
    });
  if (count < 0) {
    if (!own.includes('all')) throw missing('each GPU');
    return [`${NVIDIA_KIND}=all`];
  }
  const byIndex = own.filter(name => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b));
  // Where they have no numbers there is one: Windows' Linux.
  const enough = byIndex.length === 0 && count === 1 && own.includes('all') ? ['all'] : byIndex;
  if (enough.length < count) throw missing(`${count} GPUs`);
  return enough.slice(0, count).map(name => `${NVIDIA_KIND}=${name}`);
}

function seen(names: readonly string[]): string {
  return names.length === 0 ? 'is none' : `are ${names.join(', ')}`;
}
