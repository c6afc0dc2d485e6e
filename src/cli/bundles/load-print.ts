import type { LoadPlan } from '../../carry/load/index.ts';
import { formatNumber } from '../../core/text/index.ts';
import { formatSize } from '../output/index.ts';

/** What loading will do, in a line. */
export function loadSummary(plan: LoadPlan): string {
  const { images, place, allLayers, missingThere, neededBytes, freeBytes } = plan;
  const where = place.kind === 'store' ? 'the store' : `${place.docker.kind} ${place.docker.serverVersion}`;
  const free = freeBytes === undefined ? '' : `, ${formatSize(freeBytes)} free`;
  const work =
    missingThere === 0
      ? 'all layers are there'
      : `${missingThere} of ${formatNumber(allLayers, 'layer')} missing there, takes about ${formatSize(neededBytes)}${free}`;
  return `${formatNumber(images.length, 'image')} into ${where}: ${work}`;
}

/** The plan as JSON. */
export function loadPlanJson(plan: LoadPlan): object {
  const { images, place, allLayers, missingThere, neededBytes, freeBytes } = plan;
  return {
    into: place.kind === 'store' ? 'store' : 'docker-daemon',
    images: images.map(({ names, id, item, layers }) => ({
      names,
      id,
      digest: item.root.digest,
      layers: layers.map(({ diffId, state, blob }) => ({ diffId, state, size: blob.size })),
    })),
    allLayers,
    missingLayers: missingThere,
    neededBytes,
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}
