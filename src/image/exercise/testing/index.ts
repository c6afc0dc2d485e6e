export { fakeContainer } from './container.ts';
