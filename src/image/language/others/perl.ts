import { posix } from 'node:path';
import {
  type Command,
  type Found,
  filesOnly,
  type Imports,
  type LanguageReader,
  NOTHING,
  type View,
} from '../view/index.ts';
import { calledIn, PERL_CALLS } from './called.ts';
import { directories } from './whole.ts';

const PLACES = [
  '/etc/perl',
  '/usr/local/lib/*/perl/5.*',
  '/usr/local/share/perl/5.*',
  '/usr/lib/*/perl5/5.*',
  '/usr/share/perl5',
  '/usr/lib/*/perl-base',
  '/usr/lib/*/perl/5.*',
  '/usr/share/perl/5.*',
  '/usr/lib/perl5/core_perl',
  '/usr/share/perl5/core_perl',
  '/usr/lib/perl5/vendor_perl',
  '/usr/share/perl5/vendor_perl',
  '/usr/local/lib/perl5/5.*',
  '/usr/local/lib/perl5/5.*/*-linux*',
  '/usr/local/lib/perl5/site_perl/5.*',
  '/usr/local/lib/perl5/site_perl/5.*/*-linux*',
  '/usr/lib64/perl5',
  '/usr/lib64/perl5/vendor_perl',
];
const LOADS = /\b(?:use|no|require)[ \t]+([A-Za-z_]\w*(?:(?:::|')\w+)*)([^;\n]{0,2000})/g;
const COMMENT = /^[ \t]*#.*$/gm;
const FILES = /\b(?:require|do)[ \t(]+["']([\w./-]+)["']/g;
const COMPUTED =
  /\brequire[ \t(]{1,20}["']?[\w/:.-]{0,99}\$|\beval[ \t]{0,9}["(][\s"']{0,20}(?:use|require)\b|\bload_class\b|\bModule::(?:Load|Runtime|Pluggable)\b/;
const UNICODE = /\butf8\b|\\[pPN]\{|\bcharnames\b|\bUnicode::|\buc(?:first)?\b|\blc(?:first)?\b/;
/** A namespace with a computed end: `"DBD::$driver"`, `"Plugin/$name.pm"`. */
const NAMESPACE = /["'\s(]((?:[A-Z]\w{0,99}(?:::|\/)){1,9})\$\{?\w/g;
/** Where packages put modules that are no part of Perl itself. */
const VENDOR = /^\/usr\/(?:share\/perl5|lib(?:64)?\/(?:[^/]+\/)?perl5)\//;
const WASTE = /\.pod$|\/(?:t|pod|unicore|CPAN|Test2?|TAP|ExtUtils|perl5db\.pl)$/;

/** Reads Perl: `use`, `require` and `do` along `@INC`, with the compiled and split parts of modules. */
export function perlReader(view: View): LanguageReader {
  const listed = (view.env.PERL5LIB ?? '').split(':').filter(dir => dir !== '');
  const inc = [
    ...listed.map(dir => posix.resolve(view.cwd, dir)),
    ...PLACES.flatMap(place => directories(view, place)),
  ];
  const state: State = { view, inc, modules: new Map(), packages: new Set(), unicode: false };
  return {
    name: 'perl',
    claims: (path, shebang) => /\.(?:p[lm]|psgi|t)$/.test(path) || isPerl(shebang),
    interprets: isPerl,
    imports: (path, text) => readPerl(state, path, text),
    start: () =>
      filesOnly(
        ['strict', 'warnings', 'Config', 'XSLoader', 'DynaLoader', 'utf8', 'feature'].flatMap(name =>
          moduleFiles(state, inc, name),
        ),
      ),
    launch: command => launch(state, command),
    installation: () => filesOnly(inc.flatMap(dir => view.under(dir, path => WASTE.test(path))).map(whole)),
  };
}

/** What the reader remembers. */
interface State {
  readonly view: View;
  readonly inc: readonly string[];
  readonly modules: Map<string, Found[]>;
  /** Packages that are in already, by their first file. */
  readonly packages: Set<string>;
  /** The tables of Unicode are in already. */
  unicode: boolean;
}

function isPerl(program: string): boolean {
  return /^(?:perl(?:5[\d.]*)?|plackup|starman)$/.test(program);
}

function whole(path: string): Found {
  return { path, reason: 'installation of perl', kind: path.endsWith('.pm') ? 'code' : 'data' };
}

function launch(state: State, { argv, cwd = state.view.cwd }: Command): Imports {
  const files: Found[] = [];
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at]!;
    const module = /^-[mM]-?([\w:]+)/.exec(word)?.[1];
    if (module !== undefined) files.push(...moduleFiles(state, state.inc, module));
    else if (/^-\w*[eE]$/.test(word))
      return { ...readPerl(state, posix.join(cwd, '-e'), argv[at + 1] ?? '') };
    else if (word === '-I') at++;
    else if (!word.startsWith('-')) {
      files.push({ path: posix.resolve(cwd, word), reason: 'script to run', kind: 'code', language: 'perl' });
      break;
    }
  }
  return filesOnly(files);
}

function readPerl(state: State, path: string, text: string): Imports {
  const { view, inc } = state;
  const code = text
    .replace(/^__(?:END|DATA)__$[\s\S]*/m, '')
    .replace(/^=[a-zA-Z][\s\S]*?(?:^=cut\b.*$|(?![\s\S]))/gm, '')
    .replace(COMMENT, '');
  const own = ownDirectories(path, code);
  const places = [...own, ...inc];
  const files: Found[] = [];
  for (const [, name = '', rest = ''] of code.matchAll(LOADS)) {
    files.push(...moduleFiles(state, places, name.replaceAll("'", '::')));
    if (/^(?:parent|base|autouse|if|ok|aliased|fields)$/.test(name))
      for (const [word] of rest.matchAll(/[A-Za-z_]\w*(?:::\w+)*/g))
        files.push(...moduleFiles(state, places, word));
  }
  for (const [, name = ''] of code.matchAll(FILES))
    for (const dir of [...places, posix.dirname(path)])
      if (view.file(posix.resolve(dir, name)))
        files.push({
          path: posix.resolve(dir, name),
          reason: `require ${name}`,
          kind: 'code',
          language: 'perl',
        });
  if (!state.unicode && UNICODE.test(code)) {
    state.unicode = true;
    files.push(...unicodeFiles(view, inc));
  }
  const library = inc.some(dir => path.startsWith(`${dir}/`));
  const commands = library ? [] : calledIn(code, PERL_CALLS);
  const computed = COMPUTED.test(code);
  if (library) files.push(...packageFiles(state, path));
  if (computed && library) files.push(...computedParts(state, path, code));
  return { ...NOTHING, files, commands, computed: computed && !library };
}

/** A module that computes names takes what is below it, and what is in the namespaces that it names. */
function computedParts({ view, inc }: State, path: string, code: string): Found[] {
  const spaces = [...code.matchAll(NAMESPACE)].map(([, name = '']) => name.replaceAll('::', '/'));
  const places = new Set([
    path.replace(/\.pm$/, ''),
    ...inc.flatMap(dir => spaces.map(space => posix.join(dir, space).replace(/\/$/, ''))),
  ]);
  return [...places]
    .flatMap(place => view.under(place, inner => WASTE.test(inner)))
    .filter(inner => inner.endsWith('.pm'))
    .flatMap((part): Found[] => [
      { path: part, reason: 'computed require', kind: 'code' },
      ...compiledPart(view, inc, part),
    ]);
}

/** What a module of a package loads by names that nobody wrote down: its plugins, and its data. */
function packageFiles({ view, packages }: State, path: string): Found[] {
  if (!VENDOR.test(path)) return [];
  const files = view.siblings(path);
  if (packages.has(files[0] ?? '')) return [];
  packages.add(files[0] ?? '');
  return files
    .filter(file => VENDOR.test(file) && !WASTE.test(file) && !/\.(?:pod|h)$/.test(file))
    .map(file => ({
      path: file,
      reason: 'of the same package',
      kind: /\.p[lm]$/.test(file) ? 'code' : 'data',
    }));
}

/** `…/auto/DBD/SQLite/SQLite.so` for `…/DBD/SQLite.pm`. */
function compiledPart(view: View, inc: readonly string[], path: string): Found[] {
  const dir = inc.find(each => path.startsWith(`${each}/`));
  if (dir === undefined) return [];
  const auto = posix.join(dir, 'auto', path.slice(dir.length + 1).replace(/\.pm$/, ''));
  return [...view.names(auto)]
    .filter(name => /\.(?:so|bs|al|ix)$/.test(name))
    .map(name => ({ path: posix.join(auto, name), reason: 'the compiled part', kind: 'data' }));
}

/** Where a program looks for its own modules: `use lib`, `lib` beside it or above it. */
function ownDirectories(path: string, code: string): string[] {
  const dir = posix.dirname(path);
  const named = [...code.matchAll(/(?:^|[;{}])[ \t]{0,99}use[ \t]{1,99}lib\b([^;\n]{0,500});/gm)]
    .flatMap(match => [...match[1]!.matchAll(/[\w./-]+/g)])
    .map(word => posix.resolve(dir, word[0].replace(/^\/(?=\.\.)/, '')));
  return [...named, dir, posix.join(dir, 'lib'), posix.join(dir, '../lib')];
}

/** A module, its compiled part and its split functions. */
function moduleFiles(state: State, inc: readonly string[], name: string): Found[] {
  const key = inc === state.inc ? name : `${name} ${inc[0]}`;
  const known = state.modules.get(key) ?? findModule(state.view, inc, name);
  state.modules.set(key, known);
  return known;
}

function findModule(view: View, inc: readonly string[], name: string): Found[] {
  const parts = name.split('::');
  const reason = `use ${name}`;
  const files: Found[] = [];
  for (const dir of inc) {
    const path = posix.join(dir, `${parts.join('/')}.pm`);
    if (view.file(path)) files.push({ path, reason, kind: 'code', language: 'perl' });
    const auto = posix.join(dir, 'auto', ...parts);
    for (const inner of view.names(auto)) {
      if (/\.(?:so|bs|al|ix)$/.test(inner))
        files.push({ path: posix.join(auto, inner), reason, kind: 'data' });
    }
  }
  return files;
}

function unicodeFiles(view: View, inc: readonly string[]): Found[] {
  return inc
    .flatMap(dir => [
      ...view.under(posix.join(dir, 'unicore'), path => path.endsWith('.txt')),
      ...['utf8_heavy.pl', '_charnames.pm', 'charnames.pm'].map(name => posix.join(dir, name)),
    ])
    .map(path => ({ path, reason: 'tables of Unicode', kind: 'data' }));
}
