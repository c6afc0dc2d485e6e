export { runCdi } from './cdi.ts';
export { type CdiGranting, cdiGrantingOf } from './cdi-grant.ts';
export { type Granting, grantingOf } from './grant.ts';
export { deviceJson, deviceTable, nodesText } from './list.ts';
export { printRules } from './udev.ts';
export { watchAndTell } from './watch.ts';
