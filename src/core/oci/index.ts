export { MAX_DOCUMENT_BYTES } from './check.ts';
export { kindOf, parseConfig, parseDescriptor, parseIndex, parseManifest } from './document.ts';
export {
  isConfigType,
  isForeignLayer,
  isIndexType,
  isLayerType,
  isManifestType,
  layerCompression,
  layerType,
} from './media.ts';
export {
  choosePlatform,
  formatPlatform,
  hostPlatform,
  isAttestation,
  type PlatformChoice,
  parsePlatform,
  platformFit,
} from './platform.ts';
export {
  credentialKey,
  formatReference,
  normalName,
  parseReference,
  type Reference,
  registryHost,
  shortReference,
} from './reference.ts';
export {
  type ContainerConfig,
  type Descriptor,
  type Healthcheck,
  type History,
  type ImageConfig,
  type ImageIndex,
  type Manifest,
  MEDIA,
  type Platform,
} from './types.ts';
