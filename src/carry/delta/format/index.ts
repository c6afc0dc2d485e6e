export {
  BLOCK_HEADER_BYTES,
  type Block,
  type BlockHead,
  decodeBlockHead,
  encodeBlock,
} from './block.ts';
export { type DeltaStart, decodeStart, encodeStart, isDelta, MAGIC_BYTES, type ReadAt } from './file.ts';
export { fillDictionary } from './fill.ts';
export { type DeltaHeader, type DeltaLayer, formatHeader, type NewLayer, type Recipe } from './header.ts';
export {
  MAX_ATTACHED_BYTES,
  MAX_DICTIONARY_BYTES,
  MAX_LITERAL_BYTES,
  MAX_OPERATION_BYTES,
  MAX_RANGES,
  MAX_RELOCATION_BYTES,
} from './limits.ts';
export {
  type Dictionary,
  type DictionaryPart,
  dictionarySize,
  firstPosition,
  type HeaderPatch,
  type Operation,
  type Position,
  type Range,
  readDictionary,
  readOperation,
  writeDictionary,
  writeOperation,
} from './operations.ts';
export { type Packed, packSmall, unpack } from './pack.ts';
export { diffHeader, patchHeader, TAR_HEADER_BYTES } from './tar-header.ts';
