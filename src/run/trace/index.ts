export { evidenceText } from './evidence.ts';
export { type Trace, traceJson } from './model.ts';
export { type TraceOptions, type TraceTarget, traceContainer } from './run.ts';
export { seccompProfile } from './seccomp.ts';
export { traceModule } from './trace.ts';
