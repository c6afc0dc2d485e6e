export { checkArchitecture, type Execution, hostArchitecture } from './architecture.ts';
export {
  chooseCapabilities,
  completeEnvironment,
  DEFAULT_CAPABILITIES,
  DEFAULT_PATH,
  MASKED_PATHS,
  OUTPUT_LIMIT,
  READ_ONLY_PATHS,
} from './defaults.ts';
export { isMissingProgram, startError } from './failure.ts';
export type {
  BindMount,
  Container,
  Engine,
  ExecOptions,
  ExecResult,
  Exit,
  Limits,
  Output,
  RunSpec,
  StartOptions,
  Usage,
} from './port.ts';
export { readInside, resolveInside } from './rootfs.ts';
export { signalNumber } from './signal.ts';
export { Tail } from './tail.ts';
export { type ContainerUser, resolveUser } from './user.ts';
