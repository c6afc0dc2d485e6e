export { bodyOf, type FakeCall, type FakeRegistry, fakeRegistry, type Intercept } from './fake.ts';
export { type FakeImage, putFakeImage, testTools } from './tools.ts';
