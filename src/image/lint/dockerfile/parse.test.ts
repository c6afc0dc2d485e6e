import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { positionAt, sourceText } from '../source/index.ts';
import { type Dockerfile, parseDockerfile } from './index.ts';

function parse(text: string): Dockerfile {
  return parseDockerfile(sourceText('Dockerfile', text));
}

function shape(text: string): (readonly [string, string])[] {
  return parse(text).instructions.map(({ keyword, body }) => [keyword, body.text] as const);
}

function problems(text: string): string[] {
  const source = sourceText('Dockerfile', text);
  return parseDockerfile(source).problems.map(({ span, message }) => {
    const { line, column } = positionAt(source, span.start);
    return `${line}:${column} ${message}`;
  });
}

describe('lines', () => {
  test('continued lines are joined; comments and empty lines between them are not part of it', () => {
    const text = 'FROM a\nRUN one \\\n  # why\n\n  two \\  \n# three \\\n  four\nUSER x\n';
    deepEqual(shape(text), [
      ['FROM', 'a'],
      ['RUN', 'one   two   four'],
      ['USER', 'x'],
    ]);
    const [, run] = parse(text).instructions;
    equal(run?.emptyLines.length, 1);
    deepEqual(
      run?.comments.map(comment => comment.text),
      ['why', 'three \\'],
    );
  });
  test('an escaped backslash at the end of a line continues nothing', () => {
    deepEqual(shape('FROM a\nENV A=b\\\\\nUSER x\n').length, 3);
  });
  test('words know their place across continued lines, also with CRLF and a byte order mark', () => {
    for (const start of ['', '\ufeff']) {
      for (const lineBreak of ['\n', '\r\n']) {
        const text = start + ['FROM a AS b', 'RUN one \\', '    two'].join(lineBreak);
        const [from, run] = parse(text).instructions;
        const at = (span: { start: number; end: number } | undefined) => text.slice(span?.start, span?.end);
        equal(at(run?.words[1]?.span), 'two');
        equal(at(from?.words[2]?.span), 'b');
        equal(at(run?.head), `RUN one \\${lineBreak}    two`);
      }
    }
  });
  test('the escape directive changes the escape character, and only before all else', () => {
    deepEqual(shape('# escape=`\nFROM a\nRUN a `\n b\nUSER c:\\d\n')[1], ['RUN', 'a  b']);
    equal(shape('\n# escape=`\nFROM a\nRUN a `\nUSER b\n').length, 3);
  });
});

describe('here-documents', () => {
  const bodies = (text: string) =>
    parse(text).instructions.map(({ heredocs }) => heredocs.map(({ body }) => body.text));
  test('the lines of one belong to it, whatever they look like', () => {
    deepEqual(bodies('FROM a\nRUN <<EOF\nFROM b\n# no comment\nEOF\nUSER c\n'), [
      [],
      ['FROM b\n# no comment\n'],
      [],
    ]);
  });
  test('several follow each other, with descriptors, quotes and tabs', () => {
    const text = 'FROM a\nCOPY <<one 3<<"two" <<-three /x/\n1\none\n2\ntwo\n\t3\n\tthree\nUSER b\n';
    deepEqual(bodies(text)[1], ['1\n', '2\n', '\t3\n']);
    equal(parse(text).instructions.length, 3);
  });
  test('one begins after the continued lines of its instruction', () => {
    deepEqual(bodies('FROM a\nRUN cat <<EOF && \\\n echo\nbody\nEOF\nUSER b\n')[1], ['body\n']);
  });
  test('what only looks like one is none', () => {
    for (const line of [
      "RUN echo 'a <<EOF b'",
      'RUN echo $((1<<3))',
      'RUN cat <<<EOF',
      'CMD <<EOF',
      'ENV A=<<EOF',
      'RUN x=3<<EOF',
    ]) {
      deepEqual(
        shape(`FROM a\n${line}\nUSER b\n`)
          .map(([keyword]) => keyword)
          .at(-1),
        'USER',
        line,
      );
    }
  });
  test('ONBUILD takes it along', () => {
    const [, onbuild] = parse('FROM a\nONBUILD RUN <<EOF\nx\nEOF\n').instructions;
    equal(onbuild?.trigger?.heredocs[0]?.body.text, 'x\n');
  });
  test('one that is never closed is a problem with its place', () => {
    deepEqual(problems('FROM a\nRUN <<EOF\nx\n'), [
      '2:5 the here-document EOF is never closed: a line with only EOF is missing',
    ]);
  });
});

describe('instructions', () => {
  test('options, the JSON form, commands and stages are read', () => {
    const file = parse(
      'ARG V=1\nFROM --platform=$BUILDPLATFORM go:$V AS Build\nRUN --mount=type=cache,target="/a b" sudo -E make && make install\nFROM build\nCMD ["a", "b c"]\n',
    );
    equal(file.stages[0]?.image, 'go:1');
    equal(file.stages[1]?.parent, file.stages[0]);
    equal(file.instructions[1]?.flags[0]?.value, '$BUILDPLATFORM');
    equal(file.instructions[2]?.flags[0]?.value, 'type=cache,target=/a b');
    deepEqual(
      file.instructions[2]?.commands.map(({ name }) => name),
      ['make', 'make'],
    );
    deepEqual(file.instructions[4]?.exec, ['a', 'b c']);
  });
});

describe('problems', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /^1:1 the file is empty/],
    ['\ufeff', /^1:1 the file is empty/],
    ['# only\n', /^1:1 the file has no instruction/],
    ['FORM a\n', /^1:1 unknown instruction FORM; did you mean FROM\?/],
    ['RUN a\n', /^1:1 there is no FROM/],
    ['RUN a\nFROM b\n', /^1:1 RUN stands before FROM/],
    ['FROM a\n\n  COPY x\n', /^3:3 COPY needs at least a source and a destination/],
    ['FROM a\nUSER\n', /^2:1 USER needs an argument/],
    ['FROM a b c\n', /^1:1 FROM takes an image/],
    ['FROM a\nCOPY --form=b /c /d\n', /^2:6 unknown option --form of COPY; did you mean --from\?/],
    ['FROM a\nENV A="b\n', /^2:7 this quote is never closed/],
    ['FROM a\nSHELL /bin/sh\n', /^2:1 SHELL takes a JSON list/],
    ['FROM a\nHEALTHCHECK curl x\n', /^2:1 HEALTHCHECK takes CMD/],
    ['FROM a\nLABEL a\n', /^2:1 LABEL takes names with values/],
    ['# escape=x\nFROM a\n', /^1:1 the escape directive/],
    ['FROM a\nONBUILD COPPY a b\n', /^2:9 unknown instruction COPPY/],
  ];
  for (const [text, wanted] of cases) {
    test(`${JSON.stringify(text)} is told with line and column`, () =>
      match(problems(text)[0] ?? '', wanted));
  }
  test('sound files have none', () => {
    deepEqual(
      problems(
        '# syntax=docker/dockerfile:1\nARG A\nFROM a:$A\nHEALTHCHECK NONE\nONBUILD RUN b\nCOPY ["a b", "/c"]\nLABEL x\n'.replace(
          'LABEL x\n',
          '',
        ),
      ),
      [],
    );
  });
});

const PIECES = [
  'FROM a\n',
  'RUN ',
  '<<E',
  '\n',
  '\\\n',
  '"',
  "'",
  '#',
  ' ',
  'E\n',
  '$(',
  '${a',
  '--x=',
  'ONBUILD ',
  '[',
  '"]',
  '\r\n',
  '&&',
  '\t',
  ';',
  '`',
  'COPY a b\n',
  '\ufeff',
];

test('random texts are read without an error, and every place lies in the text', () => {
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: next(30) }, () => PIECES[next(PIECES.length)]).join('');
    const { instructions, problems: found } = parse(text);
    const spans = [
      ...instructions.flatMap(({ span, words, commands, flags }) => [
        span,
        ...words.map(word => word.span),
        ...commands.map(command => command.span),
        ...flags.map(flag => flag.span),
      ]),
      ...found.map(({ span }) => span),
    ];
    for (const { start, end } of spans)
      ok(start >= 0 && start <= end && end <= text.length, JSON.stringify(text));
    for (const { words } of instructions) {
      for (const { raw, span } of words)
        if (!raw.includes('\n') && span.end - span.start === raw.length)
          equal(text.slice(span.start, span.end), raw);
    }
  }
});
