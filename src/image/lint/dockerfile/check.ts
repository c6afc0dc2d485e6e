import { closestOf } from '../../../core/text/index.ts';
import type { Dockerfile, Instruction, Problem } from './model.ts';

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  ADD: ['keep-git-dir', 'checksum', 'chown', 'chmod', 'link', 'exclude', 'unpack'],
  COPY: ['from', 'chown', 'chmod', 'link', 'parents', 'exclude'],
  FROM: ['platform'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
  RUN: ['mount', 'network', 'security', 'device'],
};

/** Keywords of the Dockerfile reference: every instruction that there is. */
export const KEYWORDS: readonly string[] = [
  ...['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL'],
  ...['MAINTAINER', 'ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
];

/** What a builder would refuse: order, unknown keywords and flags, arguments that are missing or too many. */
export function checkSyntax({ instructions, source, stages }: Omit<Dockerfile, 'problems'>): Problem[] {
  const problems = instructions.flatMap(instruction => [...instructionProblems(instruction)]);
  const early = instructions.find(({ keyword }) => keyword !== 'ARG');
  if (instructions.length === 0) {
    const what = source.text.trim() === '' ? 'the file is empty' : 'the file has no instruction';
    return [{ span: { start: 0, end: 0 }, message: `${what}: a Dockerfile begins with FROM` }];
  }
  if (stages.length === 0 && !instructions.some(({ keyword }) => keyword === 'FROM')) {
    problems.push({ span: instructions[0]!.keywordSpan, message: 'there is no FROM: a build needs a base' });
  } else if (early !== undefined && early.keyword !== 'FROM' && KEYWORDS.includes(early.keyword)) {
    problems.push({ span: early.keywordSpan, message: `${early.keyword} stands before FROM: only ARG may` });
  }
  return problems;
}

function* instructionProblems(instruction: Instruction): Generator<Problem, void, undefined> {
  const { keyword, keywordSpan, body, flags, trigger } = instruction;
  if (!KEYWORDS.includes(keyword)) {
    const near = closestOf(keyword, KEYWORDS);
    const shown = keyword.length > 40 ? `${keyword.slice(0, 40)}…` : keyword;
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    yield { span: keywordSpan, message: `unknown instruction ${shown}${hint}` };
    return;
  }
  if (body.text === '') yield { span: keywordSpan, message: `${keyword} needs an argument` };
  for (const { name, span } of flags) {
    const known = FLAGS[keyword] ?? [];
    if (known.includes(name)) continue;
    const near = closestOf(name, known);
    const hint =
      near === undefined ? `it has ${known.map(flag => `--${flag}`).join(', ')}` : `did you mean --${near}?`;
    yield { span, message: `unknown option --${name} of ${keyword}; ${hint}` };
  }
  yield* argumentProblems(instruction);
  if (trigger !== undefined) yield* instructionProblems(trigger);
}

function* argumentProblems(instruction: Instruction): Generator<Problem, void, undefined> {
  const { keyword, body, words, exec, head, heredocs } = instruction;
  if (body.text === '') return;
  switch (keyword) {
    case 'FROM':
      if (words.length === 1 || (words.length === 3 && words[1]?.value.toLowerCase() === 'as')) return;
      yield { span: head, message: 'FROM takes an image, and perhaps AS and a name' };
      return;
    case 'ADD':
    case 'COPY':
      if ((exec?.length ?? words.length) >= 2 || heredocs.length > 0) return;
      yield { span: head, message: `${keyword} needs at least a source and a destination` };
      return;
    case 'SHELL':
      if (exec === undefined) yield { span: head, message: 'SHELL takes a JSON list: ["/bin/sh", "-c"]' };
      return;
    case 'HEALTHCHECK':
      if (/^(?:cmd\s+\S|none$)/is.test(body.text)) return;
      yield { span: head, message: 'HEALTHCHECK takes CMD and a command, or NONE' };
      return;
    case 'ENV':
    case 'LABEL':
      if (words.length > 1 || words[0]?.raw.includes('=')) return;
      yield { span: head, message: `${keyword} takes names with values: NAME=value` };
      return;
    case 'USER':
    case 'STOPSIGNAL':
      if (words.length > 1) yield { span: head, message: `${keyword} takes one argument` };
  }
}
