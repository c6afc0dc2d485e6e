import type { Command } from '../view/index.ts';

/** How a language writes a command line that a shell runs: patterns whose first group is the text. */
export type Calls = readonly RegExp[];

/** What begins right after a name ends a string that it is in, as in `'/exec': system('date')`. */
const QUOTED = /(?:\s{0,9}\(\s{0,9}|\s{1,9})(?:"((?:[^"\\\n]|\\.){1,1000})"|'((?:[^'\\\n]|\\.){1,1000})')/
  .source;
const BACKTICKS = /`([^`\n]{1,1000})`/g;

function quotedAfter(names: string): RegExp {
  return new RegExp(`(?<![\\w$>:./'"-])(?:${names})${QUOTED}`, 'g');
}

/** PHP: `shell_exec('date')`. */
export const PHP_CALLS: Calls = [
  quotedAfter('shell_exec|exec|system|passthru|popen|proc_open|pcntl_exec'),
  BACKTICKS,
];

/** Ruby: `system 'date'`, `%x(date)`, `Open3.capture2('date')`. */
export const RUBY_CALLS: Calls = [
  quotedAfter(
    '(?:Kernel\\.|Process\\.)?(?:system|exec|spawn)|IO\\.popen|Open3\\.(?:capture\\w+|popen\\w+|pipeline\\w*)',
  ),
  BACKTICKS,
  /%x[({[<|]([^)}\]>|\n]{1,1000})/g,
];

/** Perl: `system 'date'`, `qx(date)`, `open my $in, '-|', 'date'`. */
export const PERL_CALLS: Calls = [
  quotedAfter('system|exec|readpipe|qx'),
  BACKTICKS,
  /\bqx\s{0,9}[({[<|/]([^)}\]>|/\n]{1,1000})/g,
  /\bopen\b[^;\n]{1,200}["'](?:-\||\|-)["']\s{0,9},\s{0,9}["']([^"'\n]{1,1000})["']/g,
  /\bopen\b[^;\n]{1,200},\s{0,9}"([^"|\n]{1,1000})\|"/g,
];

/** Lua: `os.execute('date')`, `io.popen('date')`. */
export const LUA_CALLS: Calls = [
  new RegExp(`\\b(?:os\\.execute|io\\.popen)${QUOTED}`, 'g'),
  /\b(?:os\.execute|io\.popen)\s{0,9}\(?\s{0,9}\[\[([^\]\n]{1,1000})\]\]/g,
];

/** Tcl: `exec date`, `open "|date"`. */
export const TCL_CALLS: Calls = [
  /(?:^|[\s[;{])exec\s{1,9}(?:-\w+\s{1,9}){0,3}([\w./][^\]\n;}]{0,500})/g,
  /\bopen\s{1,9}["{]?\|\s{0,9}([\w./][^"}\]\n]{0,500})/g,
];

const MAX_CALLS = 2000;

/** The command lines that a text hands to a shell literally; what is computed in them is empty. */
export function calledIn(text: string, calls: Calls): Command[] {
  const found = new Set<string>();
  for (const call of calls)
    for (const match of text.matchAll(call)) {
      const line = match[1] ?? match[2] ?? '';
      if (found.size < MAX_CALLS) found.add(line.replace(/#\{[^}]*\}/g, "''"));
    }
  return [...found].map(line => ({ argv: ['/bin/sh', '-c', line] }));
}
