export { DESKTOP, driverFiles, ORIN, SERVER, WSL } from './machines.ts';
export { library, loaderCache, type MadeFiles, type MadeMachine, makeMachine } from './tree.ts';
