export { type TestServer, testServer } from './server.ts';
