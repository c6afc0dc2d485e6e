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
