import { argumentsOf } from '../../exercise/index.ts';
import { languageClosure, programOf } from '../../language/index.ts';
import { callsOf } from './calls.ts';
import { environmentOf } from './environment.ts';
import type { Keeper } from './keeper.ts';
import type { PlanInput, Reason } from './types.ts';

const SOURCE = /\.(?:py|pyw|js|cjs|mjs|sh|bash|pl|pm|rb|php|phtml|lua|tcl|R|jar|class)$/;

/**
 * Keeps the programs that the image starts, and in `balanced` all that the sources among what is kept can
 * load. `read` are the sources of earlier calls, which are not read again. Returns the shared libraries that sources
 * open by name.
 */
export function keepSources(
  keeper: Keeper,
  input: PlanInput,
  read: Set<string>,
): ReadonlyMap<string, string> {
  const deep = input.level !== 'tight';
  const entry = argumentsOf(input.config);
  const commands = [...(entry.length > 0 ? [entry] : []), ...input.commands];
  const surroundings = {
    env: environmentOf([...(input.config.config?.Env ?? []), ...input.env]),
    cwd: input.config.config?.WorkingDir || '/',
    siblings: (path: string) => input.knowledge.owners.packageOf(path)?.files ?? [],
  };
  for (const argv of commands) {
    const what = argv === entry ? 'the entry point' : 'the health check or a probe';
    for (const reached of programOf(input.tree, argv, surroundings))
      keeper.keep(reached.path, reasonOf(reached, what));
  }
  if (!deep) return new Map();
  const files = sources(keeper).filter(path => !read.has(path));
  const first = read.size === 0;
  for (const path of files) read.add(path);
  if (!first && files.length === 0) return new Map();
  const calls = callsOf(keeper, input.knowledge.owners, surroundings.env);
  const closure = languageClosure(
    input.tree,
    { commands: first ? [...commands, ...calls] : calls, files },
    surroundings,
  );
  for (const path of closure.reached.keys()) read.add(path);
  for (const reached of closure.reached.values()) {
    // Where the walk began is kept already. Byte code that no run read saves but the time to compile it once.
    if (reached.by !== '' && reached.kind !== 'cache') keeper.keep(reached.path, reasonOf(reached, ''));
  }
  return closure.libraries;
}

function sources(keeper: Keeper): string[] {
  return [...keeper.kept.keys()].filter(path => SOURCE.test(path) || isScript(keeper, path));
}

function reasonOf(reached: { readonly reason: string; readonly by: string }, what: string): Reason {
  return reached.by === ''
    ? { kind: 'entry', text: what }
    : { kind: 'import', text: reached.reason, by: reached.by };
}

/** A program without a telling name: its first line will tell. */
function isScript(keeper: Keeper, path: string): boolean {
  const node = keeper.tree.get(path);
  return node?.kind === 'file' && (node.meta.mode & 0o111) !== 0 && !/\.so[.\d]*$/.test(path);
}
