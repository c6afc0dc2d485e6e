export {
  type Command,
  type Found,
  filesOnly,
  type Imports,
  joinImports,
  type LanguageReader,
  NOTHING,
} from './port.ts';
export { type Surroundings, View } from './view.ts';
