export { SAMPLE_COMMANDS } from './commands.ts';
export { type FakeContext, fakeContext } from './context.ts';
export { type MemoryOutput, memoryOutput } from './output.ts';
