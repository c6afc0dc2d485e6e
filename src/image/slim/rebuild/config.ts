import type { Digest } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { LayerGroup } from '../plan/index.ts';

/** A new layer, as the configuration tells of it. */
export interface NewLayer {
  readonly group: LayerGroup;
  readonly diffId: Digest;
}

const TITLES: Readonly<Record<LayerGroup, string>> = {
  os: 'sampan slim: the operating system',
  dependencies: 'sampan slim: dependencies of the app',
  app: 'sampan slim: the app',
};

/**
 * The configuration of a slim image: all members of the original's, known or not, but for its layers and
 * history. The old history stays as steps without a layer; no clock is read.
 */
export function slimConfig(raw: Uint8Array, layers: readonly NewLayer[]): Uint8Array {
  const original: unknown = JSON.parse(Buffer.from(raw).toString());
  if (typeof original !== 'object' || original === null) {
    throw new SampanError('invalid', 'the configuration of the image is not an object');
  }
  const members = new Map<string, unknown>(Object.entries(original));
  const created = members.get('created');
  const history = members.get('history');
  const steps = Array.isArray(history) ? history.map((step: object) => ({ ...step, empty_layer: true })) : [];
  const added = layers.map(layer => ({
    ...(typeof created === 'string' ? { created } : {}),
    created_by: TITLES[layer.group],
  }));
  const config = {
    ...Object.fromEntries(members),
    rootfs: { type: 'layers', diff_ids: layers.map(layer => layer.diffId) },
    history: [...steps, ...added],
  };
  return Buffer.from(JSON.stringify(config));
}
