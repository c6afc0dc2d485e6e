export type { Reference } from './field.ts';
export {
  maxShifts,
  type Region,
  type RegionKind,
  type Relocation,
  readRelocation,
  shiftAt,
  writeRelocation,
} from './model.ts';
export { eachReference, relocate } from './relocate.ts';
