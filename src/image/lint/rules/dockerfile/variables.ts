import { closestOf } from '../../../../core/text/index.ts';
import {
  type Dockerfile,
  effective,
  type Instruction,
  lineageOf,
  type Stage,
  variableUses,
} from '../../dockerfile/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { everywhere, ofKind, shipped } from './queries.ts';

/** Rules about ENV, ARG and the use of variables. */
export const VARIABLE_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'env-self-reference',
    topic: 'clarity',
    severity: 'error',
    summary: 'a variable is used in the ENV that sets it',
    why: 'All values of one ENV are read before any is set: the second gets the old value of the first.',
    bad: 'FROM alpine:3.22\nENV HERE=/app BIN=$HERE/bin\n',
    good: 'FROM alpine:3.22\nENV HERE=/app\nENV BIN=$HERE/bin\n',
    covers: ['DL3044'],
    *check(file) {
      for (const { words } of ofKind(everywhere(file), 'ENV')) {
        const names = words.slice(0, 200).map(({ value }) => value.split('=')[0] ?? '');
        for (const [at, word] of words.slice(0, 200).entries()) {
          const others = names.filter((name, index) => index !== at && name !== names[at]);
          const used = variableUses(word.raw).find(({ name }) => others.includes(name));
          if (used !== undefined)
            yield { span: word.span, message: `${used.name} is set in the same ENV: use two` };
        }
      }
    },
  }),
  dockerfileRule({
    id: 'undeclared-variable',
    topic: 'clarity',
    severity: 'warning',
    summary: 'a variable is used that this stage does not have',
    why: 'It is empty, without a word from the builder. An ARG before FROM counts only for FROM: repeat ARG NAME in the stage.',
    bad: 'ARG VERSION=1.2\nFROM alpine:3.22\nRUN echo "$VERSION" >/version\n',
    good: 'ARG VERSION=1.2\nFROM alpine:3.22\nARG VERSION\nRUN echo "$VERSION" >/version\n',
    covers: ['UndefinedVar', 'UndefinedArg'],
    *check(file) {
      for (const stage of file.stages) yield* undeclared(file, stage);
    },
  }),
  dockerfileRule({
    id: 'build-only-env',
    topic: 'clarity',
    severity: 'info',
    fixable: true,
    summary: 'a setting for the build is an ENV',
    why: 'DEBIAN_FRONTEND=noninteractive then holds in the running container too, and in every image that is made from this one. ARG holds in the build alone.',
    bad: 'FROM debian:bookworm-slim\nENV DEBIAN_FRONTEND=noninteractive\n',
    good: 'FROM debian:bookworm-slim\nARG DEBIAN_FRONTEND=noninteractive\n',
    *check(file) {
      for (const env of ofKind(shipped(file), 'ENV')) {
        const word = env.words.find(
          ({ value }) => value.startsWith('DEBIAN_FRONTEND=') || value === 'DEBIAN_FRONTEND',
        );
        if (word === undefined) continue;
        // A stage that continues this one would lose an ARG.
        const alone = env.words.length === 1 && !file.stages.some(({ parent }) => parent !== undefined);
        const lower = file.source.text.slice(env.keywordSpan.start, env.keywordSpan.end) === 'env';
        const edits = alone ? { edits: [{ span: env.keywordSpan, text: lower ? 'arg' : 'ARG' }] } : {};
        yield { span: word.span, message: 'write ARG DEBIAN_FRONTEND=noninteractive', ...edits };
      }
    },
  }),
];

const EXPANDED: ReadonlySet<string> = new Set([
  'ADD',
  'COPY',
  'ENV',
  'EXPOSE',
  'LABEL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
  'RUN',
  'ARG',
]);
const COMMON_VARIABLES =
  /^(?:PATH|HOME|HOSTNAME|TERM|PWD|USER|SHELL|LANG|LC_\w+|TZ|(?:https?|ftp|no|all)_proxy)$/i;

function* undeclared(file: Dockerfile, stage: Stage): Generator<Found> {
  const globals = new Set(namesOf(file.preamble));
  const parents = lineageOf(stage)
    .slice(0, -1)
    .flatMap(({ instructions }) => namesOf(instructions));
  const known = new Set(parents);
  for (const instruction of stage.instructions.map(effective)) {
    if (EXPANDED.has(instruction.keyword) && instruction.exec === undefined) {
      for (const { name, modifier } of variableUses(instruction.body.text.slice(0, 100_000))) {
        if (known.has(name) || modifier !== '' || COMMON_VARIABLES.test(name)) continue;
        const message = undeclaredMessage(name, { instruction, globals, known });
        if (message !== undefined) yield { span: instruction.head, message };
        known.add(name);
      }
    }
    for (const name of namesOf([instruction])) known.add(name);
    if (instruction.keyword === 'RUN') for (const name of assignedIn(instruction)) known.add(name);
  }
}

function undeclaredMessage(
  name: string,
  {
    instruction,
    globals,
    known,
  }: {
    readonly instruction: Instruction;
    readonly globals: ReadonlySet<string>;
    readonly known: ReadonlySet<string>;
  },
): string | undefined {
  const assigned = instruction.keyword === 'RUN' && assignedIn(instruction).includes(name);
  if (assigned) return undefined;
  if (globals.has(name)) return `${name} is declared before FROM only: repeat ARG ${name} in this stage`;
  if (instruction.keyword === 'RUN' || name.length < 4) return undefined;
  const near = closestOf(
    name,
    [...known].slice(0, 200).filter(other => other.length > 3),
  );
  return near === undefined ? undefined : `${name} is not declared; did you mean ${near}?`;
}

function namesOf(instructions: readonly Instruction[]): string[] {
  return ofKind(instructions, 'ARG', 'ENV').flatMap(({ words, keyword }) => {
    const legacy = keyword === 'ENV' && !(words[0]?.value.includes('=') ?? true);
    return (legacy ? words.slice(0, 1) : words).map(({ value }) => value.split('=')[0] ?? '');
  });
}

function assignedIn({ commands, body }: Instruction): string[] {
  const assignments = commands.flatMap(({ assignments: own, words }) =>
    [...own, ...words].flatMap(({ raw }) => /^([A-Za-z_]\w*)=/.exec(raw)?.[1] ?? []),
  );
  const loops = [...body.text.slice(0, 100_000).matchAll(/\b(?:for|read(?: -r)?)\s+([A-Za-z_]\w*)/g)].flatMap(
    match => match[1] ?? [],
  );
  return [...assignments, ...loops];
}
