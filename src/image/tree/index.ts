export { treeFrom } from './build.ts';
export { type NameIndex, pathsNamed } from './named.ts';
export type {
  DeviceNode,
  DirectoryNode,
  FifoNode,
  FileNode,
  HardLinks,
  Metadata,
  Node,
  Resolved,
  SymlinkNode,
  Tree,
} from './node.ts';
export { basename, components, dirname, join } from './paths.ts';
export { type Sample, treeOf } from './sample.ts';
export { stackLayers } from './stack.ts';
