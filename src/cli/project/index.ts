export { findProjectFile, type ProjectFile } from './project-file.ts';
