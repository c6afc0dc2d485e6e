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
