export { type FakeHost, fakeHost } from './host.ts';
