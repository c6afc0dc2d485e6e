export { type TestAgent, testAgent } from './agent.ts';
export { type TestServer, testServer } from './server.ts';
