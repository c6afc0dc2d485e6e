export { holdsFixedThing } from './conflicts.ts';
export type {
  Dependency,
  GrantedFile,
  Limits,
  Network,
  Origin,
  Project,
  Service,
  Variable,
  Volume,
} from './model.ts';
export { type ProjectOptions, readProject } from './project.ts';
