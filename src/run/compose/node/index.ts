export { type EnvFileProblem, parseEnvFile } from './dotenv.ts';
export { type InterpolationProblem, interpolate, type Variables } from './interpolate.ts';
export { mergeNodes, namesMap, pairsMap, SERVICE_DEPTH } from './merge.ts';
export {
  type Entry,
  formatProblem,
  get,
  type ListNode,
  type MapNode,
  type Node,
  type Place,
  type Problem,
  type ScalarNode,
  withEntries,
} from './node.ts';
export { readNode } from './read.ts';
