export {
  at,
  type Field,
  fieldOf,
  itemsOf,
  type MapValue,
  pairsOf,
  parseYaml,
  textAt,
  type Value,
} from '../../../core/yaml/index.ts';
export type { ComposeFile, Service } from './model.ts';
export { parseCompose } from './parse.ts';
