import { type Dockerfile, type Instruction, KEYWORDS, lineageOf } from '../../dockerfile/index.ts';
import { type DockerfileRule, dockerfileRule, type Edit, type Found } from '../rule.ts';
import { everywhere, ofKind } from './queries.ts';

/** Rules about how a Dockerfile is written. */
export const WRITING_RULES: readonly DockerfileRule[] = [
  dockerfileRule({
    id: 'keyword-case',
    topic: 'clarity',
    severity: 'info',
    fixable: true,
    summary: 'keywords are written in several ways',
    why: 'In capitals throughout, instructions stand out from their arguments.',
    bad: 'FROM alpine:3.22 as base\nRun date\nCMD ["date"]\n',
    good: 'FROM alpine:3.22 AS base\nRUN date\nCMD ["date"]\n',
    covers: [
      'ConsistentInstructionCasing',
      'FileConsistentCommandCasing',
      'SelfConsistentCommandCasing',
      'FromAsCasing',
    ],
    check: mixedCase,
  }),
  dockerfileRule({
    id: 'empty-continuation',
    topic: 'clarity',
    severity: 'warning',
    fixable: true,
    summary: 'an empty line follows a line that is continued',
    why: 'Builders join the lines across it for now and will refuse it one day. What looks like a new instruction belongs to the old one.',
    bad: 'FROM alpine:3.22\nRUN date && \\\n\n    uptime\n',
    good: 'FROM alpine:3.22\nRUN date && \\\n    uptime\n',
    covers: ['NoEmptyContinuations'],
    *check({ instructions }) {
      for (const { emptyLines } of instructions) {
        const [first] = emptyLines;
        if (first !== undefined)
          yield {
            span: first,
            message: 'remove the empty line, or put a # into it',
            edits: emptyLines.map(span => ({ span, text: '' })),
          };
      }
    },
  }),
  dockerfileRule({
    id: 'maintainer',
    topic: 'clarity',
    severity: 'warning',
    fixable: true,
    summary: 'MAINTAINER is obsolete',
    why: 'Builders no longer take it; a label can be read by every tool.',
    bad: 'FROM alpine:3.22\nMAINTAINER Jo <jo@example.com>\n',
    good: 'FROM alpine:3.22\nLABEL org.opencontainers.image.authors="Jo <jo@example.com>"\n',
    covers: ['DL4000', 'MaintainerDeprecated'],
    *check(file) {
      for (const { keyword, head, body } of file.instructions) {
        if (keyword !== 'MAINTAINER') continue;
        const text = `LABEL org.opencontainers.image.authors=${JSON.stringify(body.text.replace(/^"(.*)"$/s, '$1'))}`;
        const plain =
          body.at.length === 1 &&
          !body.text.includes('$') &&
          !/["\\]/.test(body.text.replace(/^"(.*)"$/s, '$1'));
        yield { span: head, message: `write ${text}`, ...(plain ? { edits: [{ span: head, text }] } : {}) };
      }
    },
  }),
  dockerfileRule({
    id: 'legacy-key-value',
    topic: 'clarity',
    severity: 'info',
    fixable: true,
    summary: 'ENV or LABEL is written without =',
    why: 'The old form takes the rest of the line as one value, so that a second pair on the line is lost.',
    bad: 'FROM alpine:3.22\nENV LANG C.UTF-8\n',
    good: 'FROM alpine:3.22\nENV LANG=C.UTF-8\n',
    covers: ['LegacyKeyValueFormat'],
    *check(file) {
      for (const instruction of ofKind(everywhere(file), 'ENV', 'LABEL')) {
        const [name, second] = instruction.words;
        if (name === undefined || second === undefined || name.raw.includes('=')) continue;
        const edits = withEquals(instruction);
        yield {
          span: instruction.head,
          message: `write ${name.raw}=…`,
          ...(edits === undefined ? {} : { edits }),
        };
      }
    },
  }),
  dockerfileRule({
    id: 'workdir-absolute',
    topic: 'clarity',
    severity: 'warning',
    summary: 'WORKDIR is relative and nothing absolute stands before it',
    why: 'It continues the working directory of the base image, which may change with the base.',
    bad: 'FROM alpine:3.22\nWORKDIR app\n',
    good: 'FROM alpine:3.22\nWORKDIR /app\n',
    covers: ['DL3000', 'WorkdirRelativePath'],
    *check({ stages }) {
      for (const stage of stages) {
        let set = lineageOf(stage)
          .slice(0, -1)
          .some(({ instructions }) => instructions.some(({ keyword }) => keyword === 'WORKDIR'));
        for (const { keyword, body, head } of stage.instructions) {
          if (keyword !== 'WORKDIR') continue;
          const path = body.text.replace(/^["']/, '');
          if (!set && !/^(?:[/$]|[A-Za-z]:[\\/])/.test(path))
            yield { span: head, message: `write the whole path: /${path}` };
          set = true;
        }
      }
    },
  }),
  dockerfileRule({
    id: 'onbuild-nesting',
    topic: 'clarity',
    severity: 'error',
    summary: 'ONBUILD holds an instruction that it may not',
    why: 'ONBUILD, FROM and MAINTAINER cannot be triggered; the builder refuses them.',
    bad: 'FROM alpine:3.22\nONBUILD FROM debian:bookworm-slim\n',
    good: 'FROM alpine:3.22\nONBUILD RUN date\n',
    covers: ['DL3043'],
    *check({ instructions }) {
      for (const { trigger, head } of instructions) {
        if (trigger !== undefined && ['ONBUILD', 'FROM', 'MAINTAINER'].includes(trigger.keyword))
          yield { span: head, message: `ONBUILD cannot hold ${trigger.keyword}` };
      }
    },
  }),
];

function* mixedCase(file: Dockerfile): Generator<Found> {
  const written = file.instructions.map(({ keywordSpan: { start, end } }) =>
    file.source.text.slice(start, end),
  );
  const small = written.filter(word => word === word.toLowerCase()).length;
  const upper = small * 2 <= written.length;
  const right = (word: string) => (upper ? word.toUpperCase() : word.toLowerCase());
  for (const [at, { keywordSpan, words, keyword, trigger }] of file.instructions.entries()) {
    const word = written[at] ?? '';
    if (word !== right(word) && KEYWORDS.includes(keyword))
      yield {
        span: keywordSpan,
        message: `write ${right(word)}`,
        edits: [{ span: keywordSpan, text: right(word) }],
      };
    const as = keyword === 'FROM' && words.length === 3 ? words[1] : undefined;
    if (as !== undefined && as.raw !== right(as.raw))
      yield {
        span: as.span,
        message: `write ${right(as.raw)}`,
        edits: [{ span: as.span, text: right(as.raw) }],
      };
    const inner = trigger && file.source.text.slice(trigger.keywordSpan.start, trigger.keywordSpan.end);
    if (trigger && inner && inner !== right(inner))
      yield {
        span: trigger.keywordSpan,
        message: `write ${right(inner)}`,
        edits: [{ span: trigger.keywordSpan, text: right(inner) }],
      };
  }
}

function withEquals({ words, body }: Instruction): Edit[] | undefined {
  const [name, ...values] = words;
  if (name === undefined || body.at.length !== 1) return undefined;
  const value = body.text.slice(name.raw.length).trim();
  const gap = { start: name.span.end, end: values[0]!.span.start };
  if (values.length === 1) return [{ span: gap, text: '=' }];
  if (/["'\\]/.test(value)) return undefined;
  const end = values.at(-1)!.span.end;
  return [{ span: { start: gap.start, end }, text: `="${value}"` }];
}
