import { findStrings, importedSymbols, readElf } from '../../userland/elf/index.ts';
import type { Environment } from '../../userland/system/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

const STARTS: ReadonlySet<string> = new Set([
  'system',
  'popen',
  'wordexp',
  'execvp',
  'execlp',
  'posix_spawnp',
]);
const LINE = /(?<![^\0\n])[a-z][\w.+-]{1,40}(?: [^\0\n]{0,400})?(?![^\0\n])/;
const MAX_LINES = 500;

/**
 * The command lines that the user's own programs of machine code hand to a shell, or programs that they start by
 * name: the strings in them that begin with the name of a program in `PATH`.
 */
export function callsOf(keeper: Keeper, owners: Owners, env: Environment): string[][] {
  const programs = programsIn(keeper, env);
  const lines = new Set<string>();
  for (const path of keeper.kept.keys()) {
    const node = keeper.tree.get(path);
    if (node?.kind !== 'file' || node.content.size === 0 || !owners.isUsers(node)) continue;
    if (readElf(node.content) === undefined) continue;
    const symbols = importedSymbols(node.content);
    if (![...STARTS].some(name => symbols.has(name))) continue;
    for (const line of findStrings(node.content, LINE))
      if (programs.has(/^[\w.+-]+/.exec(line)?.[0] ?? '')) lines.add(line);
  }
  return [...lines].slice(0, MAX_LINES).map(line => ['/bin/sh', '-c', line]);
}

function programsIn(keeper: Keeper, env: Environment): ReadonlySet<string> {
  const path = env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return new Set(path.split(':').flatMap(directory => [...keeper.tree.list(directory || '/')]));
}
