import { posix } from 'node:path';
import type { Command } from '../view/index.ts';
import type { PackageManifest } from './manifest.ts';

/** What a call of Node runs. */
export interface NodeLaunch {
  readonly script?: string;
  readonly args: readonly string[];
  /** Modules that are loaded before it. */
  readonly preloaded: readonly string[];
  readonly code?: string;
}

const PRELOAD = /^(?:-r|--require|--import|--loader|--experimental-loader)(?:=(.*))?$/;
const VALUED =
  /^(?:-C|--conditions|--title|--inspect-port|--diagnostic-dir|--icu-data-dir|--openssl-config)$/;

/** Reads the arguments of `node`, its name left out; or `NODE_OPTIONS`. */
export function readNodeArguments(argv: readonly string[]): NodeLaunch {
  const preloaded: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    const preload = PRELOAD.exec(word);
    if (preload !== null) preloaded.push(preload[1] ?? argv[++at] ?? '');
    else if (/^(?:-e|-p|-pe|--eval|--print)$/.test(word)) {
      return { preloaded, code: argv[at + 1] ?? '', args: argv.slice(at + 2) };
    } else if (VALUED.test(word)) at++;
    else if (word === '--') return { preloaded, script: argv[at + 1] ?? '', args: argv.slice(at + 2) };
    else if (!word.startsWith('-') && word !== 'inspect')
      return { preloaded, script: word, args: argv.slice(at + 1) };
  }
  return { preloaded, args: [] };
}

const RUNNERS = /^(?:npm|npx|yarn|yarnpkg|pnpm|pnpx|npm-cli|npx-cli|bun|bunx)(?:\.[cm]?js)?$/;

/** Whether a script runs the scripts of packages. */
export function isPackageRunner(script: string): boolean {
  return RUNNERS.test(posix.basename(script));
}

const OPTION_WITH_VALUE =
  /^(?:--prefix|-C|--cwd|--dir|-w|--workspace|--filter|-F|--loglevel|--cache|--userconfig)$/;

/** Where a package runner works: its directory option, or `cwd`. */
export function runnerDirectory(args: readonly string[], cwd: string): string {
  const at = args.findIndex(word => /^(?:--prefix|-C|--cwd|--dir)$/.test(word));
  const joined = args.find(word => /^--(?:prefix|cwd|dir)=/.test(word));
  const given =
    joined === undefined ? (at < 0 ? undefined : args[at + 1]) : joined.slice(joined.indexOf('=') + 1);
  return posix.resolve(cwd, given ?? '.');
}

/** The commands that `npm start`, `yarn x`, `pnpm run x`, `npx tool` and the like run in a package. */
export function runnerCommands(
  script: string,
  args: readonly string[],
  manifest: PackageManifest,
): Command[] {
  const words = args.filter(
    (word, at) => !word.startsWith('-') && !OPTION_WITH_VALUE.test(args[at - 1] ?? ''),
  );
  const rest = (from: string): string[] => args.slice(args.indexOf(from)).filter(word => word !== '--');
  const cwd = manifest.dir;
  const verb = words[0] ?? '';
  if (/npx|pnpx|bunx/.test(posix.basename(script))) return verb === '' ? [] : [{ argv: rest(verb), cwd }];
  const runs = /^(?:run|run-script|rum|urn)$/.test(verb);
  const name = runs ? (words[1] ?? '') : verb;
  const scripts = [`pre${name}`, name, `post${name}`].flatMap(key => manifest.scripts[key] ?? []);
  if (scripts.length > 0) return scripts.map(text => ({ argv: ['/bin/sh', '-c', text], cwd }));
  if (name === 'start') return [{ argv: ['node', 'server.js'], cwd }];
  if (/^(?:exec|x|dlx|node)$/.test(verb) && words[1] !== undefined)
    return [{ argv: verb === 'node' ? rest(verb) : rest(words[1]), cwd }];
  return name === '' ? [] : [{ argv: rest(name), cwd }];
}
