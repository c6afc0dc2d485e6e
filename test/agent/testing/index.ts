export { type AgentProcess, agentProcess } from './agent.ts';
export { type OwnEngine, ownEngine } from './engine.ts';
export { type EngineProxy, engineProxy } from './proxy.ts';
