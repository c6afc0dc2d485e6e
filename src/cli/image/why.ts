import { posix } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { chainOf, globs, type PlanRecord } from '../../image/slim/index.ts';
import type { Tree } from '../../image/tree/index.ts';

/** What became of one path, and why. */
export type Fate =
  | {
      readonly path: string;
      readonly outcome: 'kept';
      /** The layer of the slim image: `os`, `dependencies` or `app`. */
      readonly layer: string;
      /** From where it begins to the path itself. */
      readonly chain: readonly { readonly path: string; readonly kind: string; readonly text: string }[];
    }
  | {
      readonly path: string;
      readonly outcome: 'dropped';
      readonly category: string;
      /** The package of the operating system that it belongs to. */
      readonly package?: string;
    }
  | {
      readonly path: string;
      readonly outcome: 'directory';
      /** How many paths below it stay and go. */
      readonly kept: number;
      readonly dropped: number;
    };

/** What a person asked for, and what it means. */
export interface Answer {
  readonly asked: string;
  /** Empty when nothing in the image is called so. */
  readonly fates: readonly Fate[];
}

/** Where paths that are not in the record are looked for: the image that was named. */
export interface Surroundings {
  readonly tree: Tree;
  readonly workingDirectory: string;
}

/**
 * What became of what `asked` means: a path, one relative to the working directory of the image or to its root,
 * one through symlinks, a pattern, or the bare name of a file anywhere.
 *
 * @throws SampanError `usage` for an empty one or a bad pattern.
 */
export async function answerOf(
  record: PlanRecord,
  asked: string,
  surroundings: () => Promise<Surroundings>,
): Promise<Answer> {
  if (asked === '') throw new SampanError('usage', 'an empty path');
  if (/[*?[]/.test(asked)) return { asked, fates: matching(record, asked) };
  const direct = fateOf(record, posix.resolve('/', asked));
  if (direct !== undefined) return { asked, fates: [direct] };
  const { tree, workingDirectory } = await surroundings();
  for (const path of new Set([posix.resolve('/', asked), posix.resolve('/', workingDirectory, asked)])) {
    const real = realPath(tree, path);
    const fate = real === undefined ? undefined : fateOf(record, real);
    if (fate !== undefined) return { asked, fates: [fate] };
  }
  return { asked, fates: asked.includes('/') ? [] : called(record, asked) };
}

/** With the symlinks of its directories followed; the last name may be one itself, or be missing there. */
function realPath(tree: Tree, path: string): string | undefined {
  const itself = tree.get(path);
  if (itself !== undefined) return itself.path;
  const directory = tree.resolve(posix.dirname(path))?.node.path;
  return directory === undefined ? undefined : posix.join(directory, posix.basename(path));
}

function called(record: PlanRecord, name: string): Fate[] {
  const paths = [...record.kept.keys(), ...record.dropped.keys()];
  return fatesOf(
    record,
    paths.filter(path => posix.basename(path) === name),
  );
}

function matching(record: PlanRecord, pattern: string): Fate[] {
  const test = globs([pattern.startsWith('/') ? pattern : `/**/${pattern}`]);
  return fatesOf(record, [...record.kept.keys(), ...record.dropped.keys()].filter(test));
}

function fatesOf(record: PlanRecord, paths: readonly string[]): Fate[] {
  return paths.toSorted().flatMap(path => fateOf(record, path) ?? []);
}

function fateOf(record: PlanRecord, path: string): Fate | undefined {
  const kept = record.kept.get(path);
  if (kept !== undefined) {
    const chain = chainOf(record, path).map(({ path: at, reason }) => ({
      path: at,
      kind: reason.kind,
      text: reason.text,
    }));
    return { path, outcome: 'kept', layer: kept.layer, chain: chain.reverse() };
  }
  const dropped = record.dropped.get(path);
  if (dropped === undefined) return directoryFate(record, path);
  const owner = dropped.owner === undefined ? {} : { package: dropped.owner };
  return { path, outcome: 'dropped', category: dropped.category, ...owner };
}

/** A directory that went is not in the record itself, but what it held is. */
function directoryFate(record: PlanRecord, path: string): Fate | undefined {
  const prefix = path === '/' ? '/' : `${path}/`;
  const below = (paths: Iterable<string>): number =>
    [...paths].reduce((count, each) => count + (each.startsWith(prefix) ? 1 : 0), 0);
  const kept = below(record.kept.keys());
  const dropped = below(record.dropped.keys());
  return kept + dropped === 0 ? undefined : { path, outcome: 'directory', kept, dropped };
}
