export { type FakeUpstream, fakeUpstream, inPieces, offer } from './fake.ts';
