import { closestOf } from '../../core/text/index.ts';

/** The one of `known` that `given` was probably meant to be, if there is one. */
export function suggestion(given: string, known: readonly string[]): string | undefined {
  if (given.length < 2) return undefined;
  const begun = known.filter(name => name.startsWith(given.toLowerCase()));
  return begun.length === 1 ? begun[0] : closestOf(given, known);
}
