import { posix } from 'node:path';
import {
  type Command,
  type Found,
  filesOnly,
  type Imports,
  joinImports,
  type LanguageReader,
  NOTHING,
  type View,
} from '../view/index.ts';

/** A language whose imports are not followed: its library is kept whole. */
export interface WholeLanguage {
  readonly name: string;
  /** Programs that run it. */
  readonly interpreters: RegExp;
  /** Sources, by their name. */
  readonly sources: RegExp;
  /** Other programs carry the interpreter too: a source of it is enough to need what is installed. */
  readonly embedded?: boolean;
  /** The directories of the standard library and of installed libraries. `*` stands for any one name. */
  readonly directories: readonly string[];
  /** What in them no program needs: tests, documents, sources in C. */
  readonly waste: RegExp;
  /** Options of the interpreter that take the next word. */
  readonly valued?: RegExp;
  /** More directories, found from the interpreter. */
  readonly home?: (interpreter: string) => readonly string[];
  /** What a source names literally. */
  readonly read?: (view: View, path: string, text: string) => Imports;
  /** What a call names, besides the script. */
  readonly called?: (view: View, argv: readonly string[], cwd: string) => readonly Found[];
}

/** A reader that keeps the installation of a language whole as soon as its interpreter is started. */
export function wholeReader(view: View, language: WholeLanguage): LanguageReader {
  const { name, interpreters, sources } = language;
  let started = false;
  const installed = (interpreter: string): Imports => {
    const dirs = [
      ...language.directories.flatMap(pattern => directories(view, pattern)),
      ...(language.home?.(interpreter) ?? []),
    ];
    if (started && language.home === undefined) return NOTHING;
    started = true;
    return filesOnly([...new Set(dirs)].flatMap(dir => everything(view, dir, language)));
  };
  return {
    name,
    claims: (path, shebang) => sources.test(path) || interpreters.test(shebang),
    interprets: program => interpreters.test(program),
    start: interpreter => installed(view.real(interpreter)),
    imports: (path, text) => {
      const named = language.read?.(view, path, text) ?? NOTHING;
      return language.embedded === true ? joinImports([installed(''), named]) : named;
    },
    launch: command => launch(view, language, command),
    installation: () => installed(''),
  };
}

function everything(view: View, dir: string, { name, waste }: WholeLanguage): Found[] {
  const reason = `installation of ${name}`;
  return view.under(dir, path => waste.test(path)).map(path => ({ path, reason, kind: 'data' }));
}

/** The directories that a pattern names. */
export function directories(view: View, pattern: string): string[] {
  let found = ['/'];
  for (const part of pattern.split('/').filter(piece => piece !== '')) {
    const test = new RegExp(`^${part.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    found = found.flatMap(dir =>
      part.includes('*')
        ? [...view.names(dir)].filter(name => test.test(name)).map(name => posix.join(dir, name))
        : [posix.join(dir, part)],
    );
  }
  return found.filter(path => view.isDirectory(path));
}

function launch(view: View, language: WholeLanguage, { argv, cwd = view.cwd }: Command): Imports {
  const files: Found[] = [...(language.called?.(view, argv.slice(1), cwd) ?? [])];
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at]!;
    if (language.valued?.test(word)) at++;
    else if (!/^[-+]/.test(word)) {
      const path = posix.resolve(cwd, word);
      if (word !== '' && view.file(path))
        files.push({ path, reason: 'script to run', kind: 'code', language: language.name });
      break;
    }
  }
  return filesOnly(files);
}
