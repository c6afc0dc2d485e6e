import { atOnce, type Steps } from '../../core/steps/index.ts';
import type { Tree } from '../tree/index.ts';
import { nodeReader } from './node/index.ts';
import { otherReaders } from './others/index.ts';
import { pythonReader } from './python/index.ts';
import { shellReader } from './shell/index.ts';
import {
  type Found,
  filesOnly,
  type LanguageReader,
  NOTHING,
  type Surroundings,
  View,
} from './view/index.ts';
import { type LanguageClosure, type Reached, Walk } from './walk.ts';

/** Where a closure starts. */
export interface Roots {
  /** Command lines, as of an entry point, a health check, a probe. */
  readonly commands?: readonly (readonly string[])[];
  /** Files that can be loaded in any other way. */
  readonly files?: readonly string[];
}

function readersOf(view: View): LanguageReader[] {
  return [pythonReader(view), nodeReader(view), shellReader(view), ...otherReaders(view)];
}

/** Everything that `roots` can load. Each source is read once. Never throws for what is in the tree. */
export function languageClosure(tree: Tree, roots: Roots, surroundings: Surroundings): LanguageClosure {
  return atOnce(languageSteps(tree, roots, surroundings));
}

/** As {@link languageClosure}, step by step. */
export function* languageSteps(tree: Tree, roots: Roots, surroundings: Surroundings): Steps<LanguageClosure> {
  const view = new View(tree, surroundings);
  const walk = new Walk(view, readersOf(view));
  walk.add('', { ...NOTHING, commands: (roots.commands ?? []).map(argv => ({ argv })) });
  walk.add(
    '',
    filesOnly((roots.files ?? []).map((path): Found => ({ path, reason: 'named', kind: 'code' }))),
  );
  return yield* walk.run(true);
}

/**
 * The programs and scripts that a command line leads to, as the kernel and the programs themselves would find
 * them: `PATH`, symlinks, first lines, wrappers such as `tini -- sh -c '…'`, package scripts. Sources are not read.
 */
export function programOf(
  tree: Tree,
  argv: readonly string[],
  surroundings: Surroundings,
): readonly Reached[] {
  const view = new View(tree, surroundings);
  const walk = new Walk(view, readersOf(view));
  walk.add('', { ...NOTHING, commands: [{ argv }] });
  return [...atOnce(walk.run(false)).reached.values()];
}
