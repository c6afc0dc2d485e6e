export { holdsFixedThing } from './conflicts.ts';
export type {
  Dependency,
  GrantedFile,
  Limits,
  Network,
  Project,
  Service,
  Variable,
  Volume,
} from './model.ts';
export type { ProjectOptions } from './options.ts';
export { readAgain, readProject } from './project.ts';
export { type Said, saidOf } from './said.ts';
export { type ProjectSource, parseSource } from './source.ts';
