export { type RuncOptions, runcEngine } from './engine.ts';
export { findProgram, findRuntime, type Runtime } from './runtime.ts';
export { type SeccompProfile, seccompProfile } from './seccomp.ts';
