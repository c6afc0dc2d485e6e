import { closestOf } from '../../../../core/text/index.ts';
import { type Dockerfile, type Instruction, type Stage, variableUses } from '../../dockerfile/index.ts';
import { type DockerfileRule, dockerfileRule, type Found } from '../rule.ts';
import { everywhere } from './queries.ts';

const isArgument = (text: string) => text.includes('$');

/** Rules about FROM and how stages name each other. */
export const STAGE_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'stage-name-unique',
    topic: 'stages',
    severity: 'error',
    summary: 'two stages have one name',
    why: 'What is copied from that name comes from one of them, and not from the one that a reader thinks of.',
    bad: 'FROM alpine:3.22 AS build\nRUN date\nFROM debian:bookworm-slim AS build\nCMD ["date"]\n',
    good: 'FROM alpine:3.22 AS build\nRUN date\nFROM debian:bookworm-slim AS final\nCMD ["date"]\n',
    covers: ['DL3024', 'DuplicateStageName'],
    *check({ stages }) {
      const seen = new Set<string>();
      for (const { name } of stages) {
        const key = name?.value.toLowerCase() ?? '';
        if (name !== undefined && seen.has(key))
          yield { span: name.span, message: `another stage is called ${name.value} already` };
        seen.add(key);
      }
    },
  }),
  dockerfileRule({
    id: 'stage-name-reserved',
    topic: 'stages',
    severity: 'error',
    summary: 'a stage has a name that the builder keeps for itself',
    why: '`scratch` and `context` mean something else to the builder, so that a later COPY takes other files than meant.',
    bad: 'FROM alpine:3.22 AS scratch\nCMD ["date"]\n',
    good: 'FROM alpine:3.22 AS tools\nCMD ["date"]\n',
    covers: ['ReservedStageName'],
    *check({ stages }) {
      for (const { name } of stages) {
        if (name !== undefined && ['scratch', 'context'].includes(name.value.toLowerCase()))
          yield { span: name.span, message: `${name.value} is reserved: choose another name` };
      }
    },
  }),
  dockerfileRule({
    id: 'stage-name-case',
    topic: 'clarity',
    severity: 'info',
    summary: 'the name of a stage has capitals',
    why: 'Stage names do not tell capitals from small letters; written small, they are not mistaken for variables.',
    bad: 'FROM alpine:3.22 AS Build\nCMD ["date"]\n',
    good: 'FROM alpine:3.22 AS build\nCMD ["date"]\n',
    covers: ['StageNameCasing'],
    *check({ stages }) {
      for (const { name } of stages) {
        if (name !== undefined && name.value !== name.value.toLowerCase())
          yield { span: name.span, message: `write ${name.value.toLowerCase()}` };
      }
    },
  }),
  dockerfileRule({
    id: 'copy-from-self',
    topic: 'stages',
    severity: 'error',
    summary: 'a stage copies from itself',
    why: 'The builder refuses it, or takes an image of that name from the network.',
    bad: 'FROM alpine:3.22 AS app\nCOPY --from=app /etc/motd /motd\n',
    good: 'FROM alpine:3.22 AS app\nRUN cp /etc/motd /motd\n',
    covers: ['DL3023'],
    *check({ stages }) {
      for (const { stage, instruction, from } of copiesFrom(stages)) {
        if (from.toLowerCase() === stage.name?.value.toLowerCase() || from === String(stage.index))
          yield { span: instruction.head, message: `--from=${from} is this stage: use RUN cp` };
      }
    },
  }),
  dockerfileRule({
    id: 'copy-from-unknown',
    topic: 'stages',
    severity: 'warning',
    summary: 'files are copied from a stage that is not there',
    why: 'A name that is no earlier stage is taken for a build context or an image from a registry: a misspelling copies from a stranger, or fails only on the build machine without internet. A name that is like none of the stages is taken for a build context (--build-context), and not told.',
    bad: 'FROM alpine:3.22 AS build\nRUN date >/now\nFROM alpine:3.22\nCOPY --from=biuld /now /now\n',
    good: 'FROM alpine:3.22 AS build\nRUN date >/now\nFROM alpine:3.22\nCOPY --from=build /now /now\n',
    covers: ['DL3022'],
    *check({ stages }) {
      for (const { stage, instruction, from } of copiesFrom(stages)) {
        if (isArgument(from) || from.toLowerCase() === stage.name?.value.toLowerCase()) continue;
        if (/^\d+$/.test(from)) {
          if (Number(from) > stage.index)
            yield { span: instruction.head, message: `there is no stage ${from} before this one` };
          continue;
        }
        const problem = /[:/@.]/.test(from) ? undefined : unknownStage(from, stage.index, stages);
        if (problem !== undefined) yield { span: instruction.head, message: problem };
      }
    },
  }),
  dockerfileRule({
    id: 'base-platform',
    topic: 'stages',
    severity: 'warning',
    summary: 'FROM is tied to one architecture',
    why: 'Fleets mix arm64, armv7 and amd64. A constant --platform builds the same wrong architecture for all of them; --platform=$BUILDPLATFORM for a compiler stage is fine.',
    bad: 'FROM --platform=linux/amd64 alpine:3.22\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nCMD ["date"]\n',
    covers: ['DL3029', 'FromPlatformFlagConstDisallowed'],
    *check({ stages }) {
      for (const { from } of stages) {
        const flag = from.flags.find(({ name }) => name === 'platform');
        if (flag?.value !== undefined && !isArgument(flag.value))
          yield { span: flag.span, message: 'leave --platform to the build command, or use $BUILDPLATFORM' };
      }
    },
  }),
  dockerfileRule({
    id: 'redundant-platform',
    topic: 'clarity',
    severity: 'info',
    fixable: true,
    summary: 'FROM asks for the platform that it gets anyway',
    why: 'The target platform is the default; saying it hides the stages where the platform is a choice.',
    bad: 'FROM --platform=$TARGETPLATFORM alpine:3.22\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nCMD ["date"]\n',
    covers: ['DL3065', 'RedundantTargetPlatform'],
    *check({ stages }) {
      for (const { from, base } of stages) {
        const flag = from.flags.find(({ value }) => /^\$\{?TARGETPLATFORM\}?$/.test(value ?? ''));
        if (flag === undefined) continue;
        const span = { start: flag.span.start, end: base.span.start };
        const edits = from.flags.length === 1 ? { edits: [{ span, text: '' }] } : {};
        yield { span: flag.span, message: 'the target platform is the default: leave it out', ...edits };
      }
    },
  }),
  dockerfileRule({
    id: 'base-argument',
    topic: 'stages',
    severity: 'warning',
    summary: 'FROM uses a build argument that is not declared, or has no default',
    why: 'Without `--build-arg` the name of the base is broken, and the build fails on every machine but the one of its author.',
    bad: 'ARG VERSION\nFROM alpine:$VERSION\nCMD ["date"]\n',
    good: 'ARG VERSION=3.22\nFROM alpine:$VERSION\nCMD ["date"]\n',
    covers: ['UndefinedArgInFrom', 'UndeclaredArgInFrom', 'InvalidDefaultArgInFrom'],
    check: baseArguments,
  }),
];

function copiesFrom(stages: readonly Stage[]) {
  return stages.flatMap(stage =>
    stage.instructions.flatMap(instruction => {
      const from =
        instruction.keyword === 'COPY' && instruction.flags.find(({ name }) => name === 'from')?.value;
      return from ? [{ stage, instruction, from }] : [];
    }),
  );
}

const PLATFORM_ARGUMENTS = /^(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT)$/;

function* baseArguments({ stages, preamble }: Dockerfile): Generator<Found> {
  const declared = preamble.flatMap(({ words }) => words.map(({ value }) => value));
  for (const { base } of stages) {
    for (const { name, modifier } of variableUses(base.raw)) {
      if (PLATFORM_ARGUMENTS.test(name) || /^:?-./.test(modifier)) continue;
      if (declared.some(value => value.startsWith(`${name}=`) && value.length > name.length + 1)) continue;
      const message = declared.some(value => value.split('=')[0] === name)
        ? `${name} has no default: write ARG ${name}=… before FROM`
        : `${name} is not declared: write ARG ${name}=… before the first FROM`;
      yield { span: base.span, message };
    }
  }
}

/** Rules about the image as a whole. */
export const LABEL_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'required-label',
    topic: 'clarity',
    severity: 'warning',
    summary: 'a label that you ask for is missing',
    why: 'Labels tell what runs on a device and where its source is. Give the list as `labels` in `.sampan.yaml`; without one this rule is silent.',
    bad: 'FROM alpine:3.22\nCMD ["date"]\n',
    good: 'FROM alpine:3.22\nLABEL org.opencontainers.image.source="https://example.com/app"\nCMD ["date"]\n',
    covers: ['DL3049'],
    *check(file, { labels }) {
      const last = file.stages.at(-1);
      if (last === undefined) return;
      const there = labelsOf(everywhere(file)).map(({ key }) => key);
      const missing = labels.filter(label => !there.includes(label));
      if (missing.length > 0) yield { span: last.from.head, message: `missing: ${missing.join(', ')}` };
    },
  }),
  dockerfileRule({
    id: 'label-value',
    topic: 'clarity',
    severity: 'info',
    summary: 'a label has a name or value that tools cannot read',
    why: 'Inventories read the standard labels: an address that is none, or a date in another format, is lost there.',
    bad: 'FROM alpine:3.22\nLABEL org.opencontainers.image.created="yesterday"\n',
    good: 'FROM alpine:3.22\nLABEL org.opencontainers.image.created="2026-01-31T12:00:00Z"\n',
    covers: ['DL3048', 'DL3051', 'DL3052', 'DL3053'],
    *check(file) {
      for (const { key, value, word } of labelsOf(everywhere(file))) {
        const message = labelProblem(key, value);
        if (message !== undefined) yield { span: word.span, message: `${key}: ${message}` };
      }
    },
  }),
];

function labelsOf(instructions: readonly Instruction[]) {
  return instructions
    .filter(({ keyword, words }) => keyword === 'LABEL' && (words[0]?.value.includes('=') ?? false))
    .flatMap(({ words }) =>
      words.map(word => {
        const at = word.value.indexOf('=');
        return { key: word.value.slice(0, at), value: word.value.slice(at + 1), word };
      }),
    );
}

function labelProblem(key: string, value: string): string | undefined {
  if (!/^[a-zA-Z0-9](?:[a-zA-Z0-9._/-]*[a-zA-Z0-9])?$/.test(key) && !isArgument(key))
    return 'a name has letters, digits, dots and hyphens';
  if (isArgument(value) || !key.startsWith('org.opencontainers.image.')) return undefined;
  if (value.trim() === '') return 'the value is empty';
  if (/\.(?:url|source|documentation)$/.test(key) && !URL.canParse(value)) return 'the value is no URL';
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
  if (key.endsWith('.created') && !isTime) return 'the value is no RFC 3339 time';
  return undefined;
}

/** What is wrong with a name of a stage. A name that is like none may be a build context (`--build-context`). */
function unknownStage(from: string, index: number, stages: readonly Stage[]): string | undefined {
  const nameOf = ({ name }: Stage): string[] => (name === undefined ? [] : [name.value.toLowerCase()]);
  const above = stages.slice(0, index).flatMap(nameOf);
  const wanted = from.toLowerCase();
  if (above.includes(wanted)) return undefined;
  if (stages.slice(index).flatMap(nameOf).includes(wanted)) {
    return `the stage ${from} comes later: a stage copies only from those above it`;
  }
  const near = closestOf(wanted, above);
  return near === undefined ? undefined : `${from} is no stage above; did you mean ${near}?`;
}
