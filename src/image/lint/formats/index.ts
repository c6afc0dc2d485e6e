export { toGithub } from './github.ts';
export { toSarif } from './sarif.ts';
