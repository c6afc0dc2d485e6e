export { type CallOptions, commonVersion, connectDocker, type Docker } from './client.ts';
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
  type LogSpan,
  listContainers,
  removeContainer,
  startContainer,
  stopContainer,
  waitContainer,
} from './containers.ts';
export { type EngineEvent, engineEvents } from './events.ts';
export { createExec, type ExecCommand, inspectExec, openExec, resizeExec, startExec } from './exec.ts';
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
export {
  connectNetwork,
  createNetwork,
  inspectNetwork,
  listNetworks,
  type NetworkSummary,
  removeNetwork,
} from './networks.ts';
export { findSocket, type SocketSearch, socketCandidates } from './socket.ts';
export {
  type ContainerHealth,
  type ContainerState,
  type ContainerStatus,
  containerDevices,
  containerIds,
  containerState,
  hasPath,
  renameContainer,
} from './state.ts';
export { demultiplex, type OutputChunk } from './stream.ts';
export {
  createVolume,
  inspectVolume,
  listVolumes,
  removeVolume,
  type VolumeSummary,
} from './volumes.ts';
