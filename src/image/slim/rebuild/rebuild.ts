import { type Digest, digestOf } from '../../../core/bytes/index.ts';
import { type Descriptor, type Manifest, MEDIA } from '../../../core/oci/index.ts';
import type { BlobStore, Cancel } from '../../../core/store/index.ts';
import type { Node } from '../../tree/index.ts';
import type { SlimPlan } from '../plan/index.ts';
import { type NewLayer, slimConfig } from './config.ts';
import { layerTar } from './layer.ts';
import type { SlimNodes } from './nodes.ts';

/** What an image is made anew from. */
export interface Original {
  readonly rawConfig: Uint8Array;
  /** Of the configuration. */
  readonly id: Digest;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image in a store that has no name yet. */
export interface Rebuilt {
  readonly root: Descriptor;
  readonly id: Digest;
  readonly layers: readonly { readonly group: string; readonly size: number; readonly digest: Digest }[];
}

/**
 * Writes the layers, configuration and manifest of a slim image into a store. The same plan gives the same
 * digests, everywhere.
 *
 * @throws SampanError `no-space`, `denied`, `cancelled`; then nothing of it has a name.
 */
export async function rebuild(
  store: BlobStore,
  image: { readonly original: Original; readonly plan: SlimPlan; readonly nodes: SlimNodes },
  options: Cancel = {},
): Promise<Rebuilt> {
  const { original, plan, nodes } = image;
  const layers: (NewLayer & { descriptor: Descriptor })[] = [];
  for (const layer of nodes.layers) {
    const descriptor = await putLayer(store, layer.nodes, options);
    layers.push({ group: layer.group, diffId: descriptor.digest, descriptor });
  }
  const put = (bytes: Uint8Array, mediaType: string): Promise<Descriptor> =>
    store.put(one(bytes), { mediaType, digest: digestOf(bytes), size: bytes.length }, options);
  const config = await put(slimConfig(original.rawConfig, layers), MEDIA.config);
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config,
    layers: layers.map(layer => layer.descriptor),
    annotations: {
      ...original.annotations,
      'io.sampan.slim.level': plan.level,
      'io.sampan.slim.original': original.id,
    },
  };
  const root = await put(Buffer.from(JSON.stringify(manifest)), MEDIA.manifest);
  return {
    root,
    id: config.digest,
    layers: layers.map(({ group, descriptor }) => ({
      group,
      size: descriptor.size,
      digest: descriptor.digest,
    })),
  };
}

function putLayer(store: BlobStore, nodes: readonly Node[], options: Cancel): Promise<Descriptor> {
  return store.put(layerTar(nodes), { mediaType: MEDIA.layer }, options);
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
