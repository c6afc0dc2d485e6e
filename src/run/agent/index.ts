export { type Agent, type AgentOptions, runAgent } from './agent.ts';
export { type AgentSettings, parseAgentSettings } from './settings.ts';
export { systemdUnit, type UnitOptions } from './unit.ts';
