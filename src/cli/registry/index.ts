export { REGISTRY_OPTIONS, type RegistryValues } from './options.ts';
export { openRegistriesFor, type RegistryChoice, registriesWhenNeeded } from './registries.ts';
export { type Traffic, traffic } from './traffic.ts';
