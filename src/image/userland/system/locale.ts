import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import { type Environment, reached, reachedBelow, type SystemPath, unique } from './evidence.ts';

/** A locale name, in its parts: `language_TERRITORY.charset@modifier` (setlocale(3)). */
export interface LocaleName {
  readonly language: string;
  readonly territory: string;
  readonly charset: string;
  readonly modifier: string;
}

/** Takes a locale name apart; parts that are absent are empty. */
export function parseLocale(name: string): LocaleName | undefined {
  const match = /^([A-Za-z]+)(?:_([A-Za-z0-9]+))?(?:\.([\w-]+))?(?:@(\w+))?$/.exec(name);
  if (match === null) return undefined;
  const [, language = '', territory = '', charset = '', modifier = ''] = match;
  return { language, territory, charset, modifier };
}

/** The locales that an environment asks for: `LC_ALL`, `LC_…`, `LANG`, and the languages of `LANGUAGE`. */
export function wantedLocales(env: Environment): readonly LocaleName[] {
  const values = Object.entries(env)
    .filter(([name]) => /^(LC_[A-Z]+|LANG|LANGUAGE)$/.test(name))
    .flatMap(([, value]) => value.split(':'));
  return [...new Set(values)].flatMap(value => parseLocale(value) ?? []);
}

/**
 * The names of the directories of translations for a locale, in the order of gettext's look-up:
 * `de_AT`, `de`. None for C and POSIX.
 */
export function translationNames(locale: LocaleName): readonly string[] {
  if (/^(C|POSIX)$/.test(locale.language)) return [];
  const { language, territory, modifier } = locale;
  const full = territory === '' ? [] : [`${language}_${territory}`];
  const plain = [...full, language];
  return modifier === '' ? plain : [...plain.map(name => `${name}@${modifier}`), ...plain];
}

/** glibc's spelling of a charset in directory names: `UTF-8` is `utf8`. */
function normalisedCharset(charset: string): string {
  const plain = charset.toLowerCase().replace(/[^a-z0-9]/g, '');
  return /^\d+$/.test(plain) ? `iso${plain}` : plain;
}

/**
 * The locale data that the environment asks for: the archive, or the directories with their names.
 * `C.utf8` is always among them: Python and others turn to it when there is no locale (PEP 538).
 */
export function localeFiles(tree: Tree, env: Environment): readonly SystemPath[] {
  const wanted = wantedLocales(env);
  const names = new Set(wanted.flatMap(directoryNames));
  const place = env.LOCPATH ?? '/usr/lib/locale';
  const found = tree
    .list(place)
    .filter(name => names.has(name) || /^C\.utf-?8$/i.test(name))
    .flatMap(name => reachedBelow(tree, posix.join(place, name), `the locale ${name}`));
  const needsArchive = wanted.some(locale => !/^(C|POSIX)$/.test(locale.language));
  const archive = needsArchive
    ? reached(tree, posix.join(place, 'locale-archive'), 'the locale of the environment')
    : [];
  const muslPlace = env.MUSL_LOCPATH;
  const musl = muslPlace === undefined ? [] : reachedBelow(tree, muslPlace, 'MUSL_LOCPATH names it');
  return unique([
    ...found,
    ...archive,
    ...musl,
    ...reached(tree, '/usr/share/locale/locale.alias', 'names of locales'),
  ]);
}

function directoryNames(locale: LocaleName): readonly string[] {
  const base = locale.territory === '' ? locale.language : `${locale.language}_${locale.territory}`;
  const charset =
    locale.charset === '' ? [''] : [`.${locale.charset}`, `.${normalisedCharset(locale.charset)}`];
  const modifier = locale.modifier === '' ? '' : `@${locale.modifier}`;
  return charset.map(each => `${base}${each}${modifier}`);
}
