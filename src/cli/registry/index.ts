export { type CarryChoice, type Carrying, openCarrying } from './open.ts';
export { REGISTRY_OPTIONS, type RegistryValues } from './options.ts';
export {
  openRegistriesFor,
  type RegistryChoice,
  registriesWhenNeeded,
  settingsPlaces,
} from './registries.ts';
export { type Traffic, traffic } from './traffic.ts';
