import type { Tree } from '../tree/index.ts';

/** File capabilities (capabilities(7)). */
const CAPABILITY = 'security.capability';

/** What it means for a run that these paths are without their extended attributes; empty when there are none. */
export function attributeWarnings(tree: Tree, paths: readonly string[]): string[] {
  const capable = paths.filter(path => tree.get(path)?.meta.xattrs?.has(CAPABILITY) === true);
  const others = paths.filter(path =>
    [...(tree.get(path)?.meta.xattrs?.keys() ?? [])].some(name => name !== CAPABILITY),
  );
  return [
    ...warning('file capabilities', capable, 'what needs them was not seen to work'),
    ...warning('extended attributes', others, 'what reads them was not seen to work'),
  ];
}

function warning(what: string, [first, ...more]: readonly string[], means: string): string[] {
  if (first === undefined) return [];
  const all = more.length === 0 ? first : `${first} and ${more.length} more`;
  return [
    `the ${what} of ${all} could not be set for the run, so ${means} (setfattr, of the package attr, sets them)`,
  ];
}
