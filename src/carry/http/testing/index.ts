export { type TestCertificates, testCertificates } from './certificates.ts';
export { type Ending, type Seen, startServer, type TestServer } from './server.ts';
export { type TestWaiting, testWaiting } from './waiting.ts';
