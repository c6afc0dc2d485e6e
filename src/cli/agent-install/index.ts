export { type InstallValues, install } from './install.ts';
