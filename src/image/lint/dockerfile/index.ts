export { KEYWORDS } from './check.ts';
export { type ImageName, parseImageName } from './image.ts';
export type { Comment, Dockerfile, Flag, Heredoc, Instruction, Problem, Stage } from './model.ts';
export { effective, parseDockerfile } from './parse.ts';
export { lastStage, lineageOf, rootImage } from './stages.ts';
export { expandVariables, type VariableUse, variableUses } from './variables.ts';
