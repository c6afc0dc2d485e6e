export type { Reference } from './field.ts';
export {
  maxShifts,
  REGION_KINDS,
  type Region,
  type RegionKind,
  type Relocation,
  readRelocation,
  shiftAt,
  writeRelocation,
} from './model.ts';
export { eachReference, relocate } from './relocate.ts';
