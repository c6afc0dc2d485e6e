import { posix } from 'node:path';
import { type Found, filesOnly, type Imports, NOTHING, type View } from '../view/index.ts';
import { type Calls, calledIn, LUA_CALLS, RUBY_CALLS, TCL_CALLS } from './called.ts';
import type { WholeLanguage } from './whole.ts';

const DOCUMENTS = /\/(?:docs?|tests?|examples?|man|demos?|samples?)$|\.(?:a|o|h|c|md|log)$/;

/** Ruby: the library and the gems are kept whole; files beside a source are followed. */
export const RUBY: WholeLanguage = {
  name: 'ruby',
  interpreters: /^j?ruby[\d.]*$/,
  sources: /\.(?:rb|ru|rake)$|\/(?:Rakefile|Gemfile)$/,
  directories: [
    '/usr/lib/ruby',
    '/usr/lib/*/ruby',
    '/usr/local/lib/ruby',
    '/usr/local/bundle',
    '/usr/share/rubygems-integration',
    '/usr/lib/*/rubygems-integration',
    '/usr/share/ruby*',
    '/var/lib/gems',
  ],
  // Only at these places: `cache` and `test` deeper down are parts of programs, as of Active Support.
  waste:
    /\/(?:[\d.]+|bundle|gems)\/(?:cache|build_info|docs?)$|\/gems\/[^/]+-\d[^/]*\/(?:docs?|tests?|spec|benchmarks?|examples?)$|\/ruby\/[^/]+\/(?:ri|rdoc)$|\/\.git$|\.(?:gem|a|o|h|c|cc|java|md|rdoc|log|out)$|\/Makefile$/,
  valued: /^(?:-I|-r|-C|-e)$/,
  read: readRuby,
};

function readRuby(view: View, path: string, text: string): Imports {
  const files: Found[] = [];
  for (const [, verb = '', name = ''] of text.matchAll(
    /\b(require_relative|require|load)[ \t(]+["']([^"'#\n]{1,300})["']/g,
  )) {
    if (verb !== 'require_relative' && !/^[./]/.test(name)) continue;
    const base = posix.resolve(verb === 'require_relative' ? posix.dirname(path) : view.cwd, name);
    const found = [base, `${base}.rb`, `${base}.so`].find(each => view.file(each));
    if (found !== undefined) files.push({ path: found, reason: `${verb} ${name}`, kind: 'code' });
  }
  return { ...filesOnly(files), commands: calledIn(text, RUBY_CALLS) };
}

/** What a source has a shell run. */
const reads =
  (calls: Calls) =>
  (_view: View, _path: string, text: string): Imports => ({ ...NOTHING, commands: calledIn(text, calls) });

/** Lua, with the modules of LuaRocks and OpenResty. */
export const LUA: WholeLanguage = {
  name: 'lua',
  interpreters: /^(?:lua(?:jit)?[\d.-]*|resty|texlua)$/,
  sources: /\.lua$/,
  embedded: true,
  directories: [
    '/usr/share/lua*',
    '/usr/lib/*/lua',
    '/usr/lib/lua',
    '/usr/local/share/lua*',
    '/usr/local/lib/lua',
    '/usr/local/openresty/lualib',
  ],
  waste: DOCUMENTS,
  valued: /^-[el]$/,
  read: reads(LUA_CALLS),
};

/** Tcl and Tk. */
export const TCL: WholeLanguage = {
  name: 'tcl',
  interpreters: /^(?:tclsh|wish|expect)[\d.]*$/,
  sources: /\.(?:tcl|tk|exp)$/,
  directories: [
    '/usr/share/tcltk',
    '/usr/lib/tcltk',
    '/usr/lib/*/tcltk',
    '/usr/lib/tcl*',
    '/usr/lib/tk*',
    '/usr/local/lib/tcl*',
  ],
  waste: DOCUMENTS,
  read: reads(TCL_CALLS),
};

/** R, with its site libraries. */
export const R: WholeLanguage = {
  name: 'r',
  interpreters: /^(?:R|Rscript|littler|r)$/,
  sources: /\.[rR]$/,
  directories: ['/usr/lib/R', '/usr/share/R', '/etc/R', '/usr/local/lib/R'],
  waste: /\/(?:docs?|help|html|tests?|demo|examples?|include|po)$|\.(?:a|o|h|pdf)$/,
  valued: /^-e$/,
};

/** Erlang and Elixir. */
export const ERLANG: WholeLanguage = {
  name: 'erlang',
  interpreters: /^(?:erl|escript|elixir|iex|mix|beam\.smp|erlexec)$/,
  sources: /\.(?:erl|exs?|escript)$/,
  directories: ['/usr/lib/erlang', '/usr/lib/elixir', '/usr/local/lib/erlang', '/usr/local/lib/elixir'],
  waste: /\/(?:src|docs?|examples?|man|include|tests?)$|\.(?:a|o|h|hrl|erl)$/,
};

/** .NET: the shared run time without the development kit, and all that is beside the program. */
export const DOTNET: WholeLanguage = {
  name: 'dotnet',
  interpreters: /^dotnet$/,
  sources: /\.deps\.json$/,
  directories: ['/etc/dotnet'],
  waste: /\/(?:sdk|packs|templates|sdk-manifests|library-packs|ref)$|\.(?:pdb|xml)$/,
  home: interpreter => (interpreter === '' ? [] : [posix.dirname(interpreter)]),
  called: (view, args, cwd) => {
    const program = args.find(word => word.endsWith('.dll'));
    if (program === undefined) return [];
    const dir = posix.dirname(posix.resolve(cwd, program));
    return dir === '/'
      ? []
      : view.under(dir).map(path => ({ path, reason: `beside ${program}`, kind: 'data' }));
  },
};
