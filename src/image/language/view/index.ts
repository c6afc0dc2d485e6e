export {
  type Command,
  filesOnly,
  type Found, type Imports, joinImports, type LanguageReader, NOTHING } from './port.ts';
export { type Surroundings, View } from './view.ts';
