export { type DockerEngineOptions, dockerEngine } from './engine.ts';
