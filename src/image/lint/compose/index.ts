export {
  at,
  type ComposeFile,
  type Field,
  fieldOf,
  itemsOf,
  type MapValue,
  pairsOf,
  type Service,
  textAt,
  type Value,
} from './model.ts';
export { parseCompose, parseYaml } from './parse.ts';
