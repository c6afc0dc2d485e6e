export type {
  BlobSource,
  BlobStore,
  Bytes,
  Cancel,
  Expected,
  Image,
  Layer,
  LocalLayer,
  LocalSource,
} from './port.ts';
