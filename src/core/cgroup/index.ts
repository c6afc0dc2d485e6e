export {
  type Cgroups,
  controllerDirectory,
  groupDirectories,
  parseCgroups,
  unescapeMountPath,
} from './hierarchy.ts';
export { removeGroup } from './remove.ts';
export { type GroupUsage, readGroupUsage } from './usage.ts';
