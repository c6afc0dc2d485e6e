import { randomBytes } from 'node:crypto';
import { type Digest, digestOf } from '../../../core/bytes/index.ts';
import { type Descriptor, MEDIA } from '../../../core/oci/index.ts';
import { tarOf } from '../../../core/store/testing/index.ts';
import { httpClient } from '../../http/index.ts';
import { testWaiting } from '../../http/testing/index.ts';
import type { RegistrySettings, RegistryTools } from '../index.ts';
import type { FakeRegistry } from './fake.ts';

/** Tools that wait for nothing and have no settings, unless told. */
export function testTools(
  settings: Partial<RegistrySettings> = {},
  more: Partial<RegistryTools> = {},
): RegistryTools {
  const waiting = testWaiting();
  const none: RegistrySettings = {
    mirrorsOf: async () => [],
    hostSettings: async () => ({}),
    tlsFor: async () => ({}),
    credentialsFor: async () => undefined,
    isPlain: async () => true,
  };
  return { send: httpClient({ waiting }), waiting, settings: { ...none, ...settings }, ...more };
}

/** An image that was put into a fake registry. */
export interface FakeImage {
  readonly root: Descriptor;
  readonly layer: Descriptor;
  readonly diffId: Digest;
  readonly tar: Buffer;
}

/** Puts an image of one plain layer of about so many bytes into a fake registry, under `name:tag`. */
export function putFakeImage(registry: FakeRegistry, name: string, sizeBytes = 1000): FakeImage {
  const [repository = '', tag = 'latest'] = name.split(':');
  const tar = tarOf([{ path: 'x', content: randomBytes(sizeBytes) }]);
  const put = (bytes: Buffer, mediaType: string): Descriptor => {
    registry.blobs.set(`${repository}@${digestOf(bytes)}`, bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const layer = put(tar, MEDIA.layer);
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const platform = { os: 'linux', architecture: 'amd64' };
  const config = put(Buffer.from(JSON.stringify({ ...platform, rootfs })), MEDIA.config);
  const manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, config, layers: [layer] };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(bytes);
  for (const key of [`${repository}:${tag}`, `${repository}@${digest}`]) {
    registry.manifests.set(key, { type: MEDIA.manifest, bytes });
  }
  return {
    root: { mediaType: MEDIA.manifest, digest, size: bytes.length },
    layer,
    diffId: layer.digest,
    tar,
  };
}
