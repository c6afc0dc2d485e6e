import { posix } from 'node:path';
import {
  type Command,
  type Found,
  type Imports,
  joinImports,
  type LanguageReader,
  NOTHING,
  type View,
} from '../view/index.ts';
import { findProgram } from './lookup.ts';
import { supervisedCommands } from './supervisor.ts';
import { wrappedCommands } from './wrappers.ts';

/** What running one command line takes. */
export interface CommandImports {
  /** What the kernel finds; absent when there is no such program. */
  readonly program?: Found;
  /** What it is told to run. */
  readonly imports: Imports;
  /** What the interpreter loads before that, when the program is one. */
  readonly started?: Imports;
}

/**
 * Reads one command line as the kernel does: the program, or the interpreter of its first line with the script
 * as its argument (execve(2)). What a wrapper or an interpreter runs comes back as commands and files.
 */
export function readCommand(
  view: View,
  readers: readonly LanguageReader[],
  command: Command,
): CommandImports {
  const { argv } = command;
  const name = argv[0] ?? '';
  const called = posix.basename(name);
  const wrapped = nextCommands(view, called, command);
  const path = findProgram(view, name, command.cwd);
  if (path === undefined) return { imports: wrapped };
  const program: Found = { path, reason: `program ${name}`, kind: 'code' };
  const shebang = view.shebang(path);
  if (shebang.length > 0) {
    const next = { ...command, argv: [...shebang, path, ...argv.slice(1)] };
    return { program, imports: joinImports([wrapped, { ...NOTHING, commands: [next] }]) };
  }
  const real = posix.basename(view.real(path));
  const reader = readers.find(one => one.interprets(called)) ?? readers.find(one => one.interprets(real));
  if (reader === undefined) return { program, imports: wrapped };
  const started = reader.start(path);
  const run = reader.launch({ ...command, argv: [path, ...argv.slice(1)] });
  return { program, imports: joinImports([wrapped, run]), started };
}

function nextCommands(view: View, name: string, command: Command): Imports {
  const wrapped = wrappedCommands(name, command.argv.slice(1)).map(argv => ({ ...command, argv }));
  const supervised = name === 'supervisord' ? supervisedCommands(view, command) : [];
  return { ...NOTHING, commands: [...wrapped, ...supervised] };
}
