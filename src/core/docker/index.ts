export { API_RANGE, type CallOptions, commonVersion, connectDocker, type Docker } from './client.ts';
export {
  attachContainer,
  type ContainerDetails,
  type ContainerStats,
  type ContainerSummary,
  type Created,
  containerLogs,
  containerStats,
  createContainer,
  inspectContainer,
  killContainer,
  listContainers,
  putArchive,
  removeContainer,
  startContainer,
  stopContainer,
  waitContainer,
} from './containers.ts';
export { createExec, type ExecCommand, inspectExec, startExec } from './exec.ts';
export {
  type ImageDetails,
  type ImageSummary,
  importImage,
  inspectImage,
  type Loaded,
  listImages,
  loadImages,
  removeImage,
  saveImages,
  tagImage,
} from './images.ts';
export { type EngineInfo, engineInfo } from './info.ts';
export type { Fields } from './json.ts';
export { findSocket, type SocketSearch, socketCandidates } from './socket.ts';
export { demultiplex, type OutputChunk } from './stream.ts';
