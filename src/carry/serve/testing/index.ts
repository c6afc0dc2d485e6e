export { type Answer, type Ask, type Asked, askAt, sameBytes, sha256, sha512 } from './client.ts';
export { describe, indexOf, manifestOf, pushBlob, pushManifest, type TestManifest } from './images.ts';
export { serveForTest, type TestRegistry, testDirectory } from './server.ts';
