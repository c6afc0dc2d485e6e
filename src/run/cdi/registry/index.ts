export {
  CDI_DIRECTORIES,
  type CdiFile,
  type CdiRegistry,
  type FoundDevice,
  readRegistry,
} from './registry.ts';
export { type Stale, staleIn } from './stale.ts';
