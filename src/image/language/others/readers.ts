import type { LanguageReader, View } from '../view/index.ts';
import { JAVA } from './java.ts';
import { DOTNET, ERLANG, LUA, R, RUBY, TCL } from './languages.ts';
import { perlReader } from './perl.ts';
import { PHP } from './php.ts';
import { wholeReader } from './whole.ts';

/** Readers for the languages of which less is read: Perl by its imports, the others mostly whole. */
export function otherReaders(view: View): LanguageReader[] {
  const whole = [PHP, RUBY, JAVA, DOTNET, ERLANG, LUA, TCL, R].map(language => wholeReader(view, language));
  return [perlReader(view), ...whole];
}
