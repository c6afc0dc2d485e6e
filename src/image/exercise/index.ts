export { exercise, type Subject } from './exercise.ts';
export { healthOf } from './health.ts';
export { parseHttpProbe } from './parse.ts';
export { reasonsOf } from './said.ts';
export { argumentsOf, exposedPorts, usedPorts } from './spec.ts';
export type { Exercise, HttpProbe, Probe, ProbeResult, RunRecord } from './types.ts';
