import type { Instruction } from '../../dockerfile/index.ts';

/** What COPY or ADD takes and where it puts it, here-documents left out; undefined where it has no two words. */
export function transfer(
  instruction: Instruction,
): { readonly sources: readonly string[]; readonly target: string } | undefined {
  const all = instruction.exec ?? instruction.words.map(({ value }) => value);
  const target = all.at(-1);
  if (target === undefined || all.length < 2) return undefined;
  return { sources: all.slice(0, -1).filter(source => !/^\d*<</.test(source)), target };
}
