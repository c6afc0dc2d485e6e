import type { Word } from '../source/index.ts';
import type { Dockerfile, Instruction, Stage } from './model.ts';
import { expandVariables } from './variables.ts';

/** The stages of a build, in their order. */
export function stagesOf(instructions: readonly Instruction[], preamble: readonly Instruction[]): Stage[] {
  const defaults = new Map(preamble.flatMap(({ words }) => words).flatMap(assignmentOf));
  const stages: Stage[] = [];
  const byName = new Map<string, Stage>();
  const starts = instructions.flatMap(({ keyword, words }, at) =>
    keyword === 'FROM' && words[0] ? [at] : [],
  );
  starts.forEach((start, index) => {
    const from = instructions[start]!;
    const base = from.words[0]!;
    const name = from.words[1]?.value.toLowerCase() === 'as' ? from.words[2] : undefined;
    const stage: Stage = {
      index,
      name,
      base,
      image: expandVariables(base.value, defaults),
      from,
      instructions: instructions
        .slice(start + 1, starts[index + 1])
        .filter(({ keyword }) => keyword !== 'FROM'),
      parent: byName.get(base.value.toLowerCase()),
    };
    stages.push(stage);
    if (name !== undefined) byName.set(name.value.toLowerCase(), stage);
  });
  return stages;
}

function assignmentOf({ value }: Word): [string, string][] {
  const at = value.indexOf('=');
  return at < 0 ? [] : [[value.slice(0, at), value.slice(at + 1)]];
}

/** The stage whose file system becomes the image: the last one. */
export function lastStage(file: Dockerfile): Stage | undefined {
  return file.stages.at(-1);
}

/** A stage and the stages that it continues, the first of them first. */
export function lineageOf(stage: Stage | undefined): Stage[] {
  const lineage: Stage[] = [];
  // A stage continues an earlier one, so this ends.
  for (let at = stage; at !== undefined; at = at.parent) lineage.unshift(at);
  return lineage;
}

/** The image that a stage stands on in the end, with arguments replaced by their defaults. */
export function rootImage(stage: Stage): string | undefined {
  return lineageOf(stage)[0]?.image;
}
