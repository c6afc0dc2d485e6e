import { posix } from 'node:path';
import { type Instruction, parseDockerfile } from './dockerfile/index.ts';
import { positionAt, type SourceText, sourceText } from './source/index.ts';

/**
 * Tells the line (from 1) of the instruction that made a layer, by what the history of an image says of it: as BuildKit
 * and as the classic builder write it. `undefined` where none fits.
 */
export function builtLines(path: string, text: string): (instruction: string) => number | undefined {
  const source = sourceText(path, text);
  const lines = new Map<string, number>();
  for (const { instructions } of parseDockerfile(source).stages) {
    let directory = '/';
    for (const instruction of instructions) {
      const last = instruction.words.at(-1)?.value ?? '';
      if (instruction.keyword === 'WORKDIR') directory = posix.resolve(directory, last);
      // The same in a later stage is the one that is in the image.
      for (const key of keysOf(instruction, directory)) lines.set(key, lineOf(source, instruction));
    }
  }
  return instruction => lines.get(keyOf(instruction));
}

function lineOf(source: SourceText, { span }: Instruction): number {
  return positionAt(source, span.start).line;
}

function keysOf({ keyword, body, words, exec }: Instruction, directory: string): readonly string[] {
  if (keyword === 'RUN') return [keyOf(`RUN ${exec === undefined ? body.text : exec.join(' ')}`)];
  if (keyword === 'WORKDIR') return [keyOf(`WORKDIR ${directory}`)];
  if (keyword !== 'COPY' && keyword !== 'ADD') return [];
  const texts = exec ?? words.map(({ value }) => value);
  const target = posix.resolve(directory, texts.at(-1) ?? '');
  const classic = [target, `${target}/`, texts.at(-1) ?? ''].map(place => `${keyword} … ${place}`);
  return [keyOf(`${keyword} ${texts.join(' ')}`), ...classic];
}

const FLAGS = /^(COPY|ADD)((?: --\S+)+)(?= )/;
/** The classic builder keeps only where it was copied to. */
const CLASSIC = /^(COPY|ADD) (?:(?:file|dir|multi):\S+ in|…) (\S+)/;

/** What is the same in a Dockerfile and in a history. */
function keyOf(text: string): string {
  const plain = text.replace(/\s+/g, ' ').trim().replace(FLAGS, '$1');
  const [, keyword, target] = CLASSIC.exec(plain) ?? [];
  return keyword === undefined || target === undefined ? plain : `${keyword} … ${target}`;
}
