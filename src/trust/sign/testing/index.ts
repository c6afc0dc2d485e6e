export { FIXTURE_PASSWORD, fixture, fixtureKeys } from './fixture.ts';
export { bundleOf, type Harbour, harbour, newKey, type Signing } from './images.ts';
