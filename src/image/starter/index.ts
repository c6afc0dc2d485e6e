export { type StarterOptions, starterDockerfile } from './dockerfile.ts';
export { starterDockerignore } from './dockerignore.ts';
export { type Project, type ProjectFiles, recognise } from './project.ts';
