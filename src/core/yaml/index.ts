export { parseYaml } from './parse.ts';
export {
  at,
  type Field,
  fieldOf,
  itemsOf,
  type ListValue,
  type MapValue,
  pairsOf,
  type ScalarValue,
  textAt,
  type Value,
} from './tree.ts';
