export type { Files } from './gather/index.ts';
export {
  formatProblem,
  interpolate,
  type Place,
  type Problem,
  parseEnvFile,
  type Variables,
} from './node/index.ts';
export {
  type Dependency,
  type GrantedFile,
  holdsFixedThing,
  type Limits,
  type Network,
  type Project,
  type ProjectOptions,
  type ProjectSource,
  parseSource,
  readAgain,
  readProject,
  type Said,
  type Service,
  saidOf,
  type Variable,
  type Volume,
} from './project/index.ts';
export {
  type Attachment,
  type DeviceMapping,
  type DeviceRequest,
  type EnvFile,
  type FileGrant,
  type HealthCheck,
  type Hook,
  type Mount,
  type Port,
  type RestartPolicy,
  readSelector,
  SERVICE,
  type Selector,
  type WrittenService,
} from './service/index.ts';
export { splitWords } from './shape/index.ts';
