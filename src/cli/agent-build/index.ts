export { type BuildValues, buildHere } from './build.ts';
export { type Bundle, bundleAgent } from './bundle.ts';
export { makeExecutable } from './executable.ts';
