import type { Steps } from '../../../core/steps/index.ts';
import { argumentsOf } from '../../exercise/index.ts';
import { languageSteps, programOf, type Surroundings } from '../../language/index.ts';
import { CallFinder } from './calls.ts';
import { environmentOf } from './environment.ts';
import type { Keeper } from './keeper.ts';
import type { PlanGround, Reason } from './types.ts';
import { isWastePath } from './waste.ts';

const SOURCE = /\.(?:py|pyw|js|cjs|mjs|sh|bash|pl|pm|rb|ru|rake|php|phtml|lua|tcl|R|jar|class)$/;

/** Keeps the programs that the image starts, and what the sources among the kept files can load. */
export class SourceKeeper {
  readonly #keeper: Keeper;
  readonly #ground: PlanGround;
  readonly #surroundings: Surroundings;
  readonly #commands: readonly (readonly string[])[];
  /** Sources that need not be read again. */
  readonly #read = new Set<string>();
  readonly #calls: CallFinder;
  #isFirst = true;

  constructor(keeper: Keeper, ground: PlanGround) {
    const { config, knowledge } = ground;
    const entry = argumentsOf(config);
    this.#keeper = keeper;
    this.#ground = ground;
    this.#commands = [...(entry.length > 0 ? [entry] : []), ...ground.commands];
    this.#surroundings = {
      env: environmentOf([...(config.config?.Env ?? []), ...ground.env]),
      cwd: config.config?.WorkingDir || '/',
      siblings: (path: string) => knowledge.owners.packageOf(path)?.files ?? [],
      isWaste: (path: string) => isWastePath(ground.tree, path, knowledge),
    };
    this.#calls = new CallFinder(keeper, knowledge.owners, this.#surroundings.env);
  }

  /**
   * Follows the commands, and but for `tight` the sources that were kept since the last call. Returns the shared
   * libraries that those open by name, each with the path of what opens it.
   */
  *follow(): Steps<ReadonlyMap<string, string>> {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst) this.#keepPrograms();
    if (this.#ground.level === 'tight') return new Map();
    const files = sources(this.#keeper).filter(path => !this.#read.has(path));
    for (const path of files) this.#read.add(path);
    const calls = yield* this.#calls.news();
    if (!isFirst && files.length === 0 && calls.length === 0) return new Map();
    const commands = isFirst ? [...this.#commands, ...calls] : calls;
    const closure = yield* languageSteps(this.#ground.tree, { commands, files }, this.#surroundings);
    for (const path of closure.reached.keys()) this.#read.add(path);
    for (const reached of closure.reached.values()) {
      // Where the walk began is kept already. Byte code that no run read saves but the time to compile it once.
      if (reached.by !== '' && reached.kind !== 'cache')
        this.#keeper.keep(reached.path, reasonOf(reached, ''));
    }
    return closure.libraries;
  }

  #keepPrograms(): void {
    const entry = argumentsOf(this.#ground.config);
    for (const [i, argv] of this.#commands.entries()) {
      const what = i === 0 && entry.length > 0 ? 'the entry point' : 'the health check or a probe';
      for (const reached of programOf(this.#ground.tree, argv, this.#surroundings))
        this.#keeper.keep(reached.path, reasonOf(reached, what));
    }
  }
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
