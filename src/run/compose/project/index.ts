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
export type { ProjectOptions } from './options.ts';
export { readAgain, readProject } from './project.ts';
export { type ProjectSource, parseSource } from './source.ts';
