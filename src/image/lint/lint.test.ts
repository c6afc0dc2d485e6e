import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_SETTINGS, type FileKind, type FileReport, kindOf, lintText } from './index.ts';

function lint(text: string, kind: FileKind = 'dockerfile'): FileReport {
  return lintText({ path: 'file', text, kind }, DEFAULT_SETTINGS);
}

function rules(text: string, kind: FileKind = 'dockerfile'): string[] {
  return lint(text, kind).findings.map(({ rule }) => rule);
}

describe('comments that ignore', () => {
  const SUDO = 'RUN sudo a\n';
  test('count for the instruction below them, with a reason and several rules', () => {
    deepEqual(rules(`FROM a:1\n# sampan ignore=no-sudo, pipefail it must be\n${SUDO}${SUDO}`), ['no-sudo']);
  });
  test('count for the instruction around them, and not over an empty line', () => {
    deepEqual(rules('FROM a:1\nRUN \\\n  # sampan ignore=no-sudo reason\n  sudo a\n'), []);
    deepEqual(rules(`FROM a:1\n# sampan ignore=no-sudo\n\n${SUDO}`), ['no-sudo']);
  });
  test('count for the whole file before its first instruction', () => {
    deepEqual(rules(`# sampan ignore=no-sudo,tag-base\nFROM a\n${SUDO}${SUDO}`), []);
    equal(lint(`# sampan ignore=no-sudo\nFROM a:1\n${SUDO}${SUDO}`).ignored, 2);
  });
  test('of hadolint and of BuildKit count by their names', () => {
    deepEqual(rules(`FROM a:1\n# hadolint ignore=DL3004\n${SUDO}`), []);
    deepEqual(rules(`FROM a:1\n${SUDO}# hadolint global ignore=DL3004\n${SUDO}`), []);
    deepEqual(rules('# check=skip=MaintainerDeprecated\nFROM a:1\nMAINTAINER x\n'), []);
  });
  test('of a rule that there is not are told, with what may be meant', () => {
    const { findings } = lint('FROM a:1\n# sampan ignore=no-sudos\nRUN b\n');
    equal(findings[0]?.rule, 'unknown-rule');
    match(findings[0]?.message ?? '', /did you mean no-sudo\?/);
  });
  test('in a Compose file count for a line, a service, or all of it', () => {
    const text = (top: string, above: string, beside: string) =>
      `${top}services:\n${above}  a:\n    image: b:1\n    privileged: true${beside}\n    user: root\n`;
    const found = (...parts: [string, string, string]) =>
      rules(text(...parts), 'compose').filter(rule => /privileged|user/.test(rule));
    deepEqual(found('', '', ''), ['compose-privileged', 'compose-root-user']);
    deepEqual(found('', '', ' # sampan ignore=compose-privileged the driver needs it'), [
      'compose-root-user',
    ]);
    deepEqual(found('', '  # sampan ignore=compose-privileged,compose-root-user\n', ''), []);
    deepEqual(found('# sampan ignore=compose-root-user\n\n', '', ''), ['compose-privileged']);
  });
});

describe('names of stages that are copied from', () => {
  const copies = (from: string) =>
    rules(
      `FROM a:1 AS build\nFROM b:1 AS mid\nCOPY --from=${from} /a /b\nFROM c:1 AS last\nCOPY --from=mid /c /c\n`,
    );
  const found = (from: string) => copies(from).includes('copy-from-unknown');
  test('are told where they are nearly one, or come later', () => {
    deepEqual([found('biuld'), found('last'), found('7')], [true, true, true]);
  });
  test('are let be where they may be a build context, an image, or an argument', () => {
    deepEqual(
      [found('assets'), found('nginx:1.27'), found('$FROM'), found('BUILD'), found('0')],
      Array(5).fill(false),
    );
  });
});

describe('bad input', () => {
  test('Dockerfiles that were made to take for ever end', () => {
    const texts = [
      `FROM a\nRUN ${'x'.repeat(1_000_000)}\n`,
      `FROM a\nRUN ${'x && '.repeat(5000)}y\n`,
      `FROM a\nENV ${'A=$A '.repeat(5000)}\n`,
      `FROM a\n${'RUN <<E\n'.repeat(5000)}`,
      `FROM a\nRUN ${'<<A '.repeat(5000)}\n`,
      `FROM a\nRUN a \\\n${'\n'.repeat(100_000)}`,
      `FROM a\nCOPY ${'a '.repeat(20_000)}/b\n`,
      `FROM a\nLABEL ${'"'.repeat(100_001)}\n`,
      `${'ARG A\n'.repeat(2900)}FROM a\n`,
      `FROM a\n${'RUN rm /tmp/x\n'.repeat(500)}`,
      '${'.repeat(100_000),
      'ONBUILD '.repeat(20_000),
      'FROM a AS b\n'.repeat(2000),
      Array.from({ length: 500 }, (_, at) => `FROM s${at - 1} AS s${at}\nRUN go build\nWORKDIR a\n`).join(''),
      `FROM a\n${'COPY a /b\nRUN chown -R a /b && rm -r /b/c\n'.repeat(500)}`,
      `FROM a\n${'RUN apt-get update && apt-get install b\n'.repeat(500)}`,
      `FROM a\nRUN ${'apk add a; chown -R a /b && '.repeat(600)} npm install\n`,
    ];
    for (const text of texts) ok(lint(text).findings.length <= 1000);
  });
  test('more instructions than the limit are refused with a finding', () => {
    const { findings } = lint(`FROM a:1\n${'RUN b\n'.repeat(3000)}`);
    deepEqual(
      findings.map(({ message }) => message),
      ['3001 instructions are more than the 3000 that are linted'],
    );
    equal(
      lint(`FROM a:1\n${'RUN b\n'.repeat(2999)}`).findings.some(({ rule }) => rule === 'syntax'),
      false,
    );
  });
  test('of very many findings a thousand are told, and that there are more', () => {
    const { findings, isCut } = lint(`FROM a:1\n${'RUN sudo a\n'.repeat(1100)}`);
    equal(findings.length, 1000);
    equal(isCut, true);
  });
  test('texts beyond the limits, and what is no text, are refused', () => {
    throws(() => lint('#'.repeat((4 << 20) + 1)), /file: 4194305 characters are more than the 4194304/);
    throws(() => lint('#'.repeat((1 << 20) + 1), 'compose'), /1048577 characters are more/);
    throws(() => lint('FROM a\0b'), /is no text file/);
  });
  test('a Compose file with a syntax error has its place', () => {
    const [finding] = lint('services:\n  a:\n   image: b\n  - c\n', 'compose').findings;
    equal(finding?.rule, 'syntax');
    ok((finding?.start.line ?? 0) >= 3);
  });
  test('aliases that explode, that go round, or that name nothing are refused', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 12; at++)
      lines.push(
        `${'abcdefghijkl'[at]}: &${'abcdefghijkl'[at]} [${Array(10)
          .fill(`*${'abcdefghijkl'[at - 1]}`)
          .join(', ')}]`,
      );
    const messages = (text: string) => lint(text, 'compose').findings.map(({ message }) => message);
    match(messages(lines.join('\n')).join(), /aliases expand to more than/);
    match(messages('services: &s\n  a: *s\n').join(), /\*s refers to what it stands in/);
    match(messages('services:\n  a: *none\n').join(), /none/);
  });
  test('nesting without end, flow and block, is refused', () => {
    const block = Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    for (const text of ['['.repeat(5000), '{a: '.repeat(5000), block, `a: ${'- '.repeat(5000)}b`]) {
      const { findings } = lint(text, 'compose');
      ok(findings.length > 0 && findings.every(({ rule }) => rule === 'syntax'));
    }
  });
  test('Compose files of odd shapes are read', () => {
    for (const text of [
      '',
      '[]',
      'a',
      'services:',
      'services: []',
      'services: {a: }',
      'services: {a: [b]}',
      'services:\n  a: {volumes: {b: c}, environment: [1, null, {x: y}], devices: 3, depends_on: {b: null}}',
      '---\n---\n',
      '? [a]\n: b\n',
      '!!binary x',
      '%YAML 9\n---\nservices: {}',
      'a: 1\na: 2\n',
      '\ufeffservices: {}',
      'services:\r\n  a:\r\n    image: b:1\r\n',
      '<<: {services: {}}',
      'services:\n  __proto__:\n    image: a\n',
    ]) {
      for (const { message } of lint(text, 'compose').findings) ok(!/undefined|\[object/.test(message), text);
    }
  });
  test('a mapping with very many keys does not take its square', () => {
    const { findings } = lint(
      `services:\n${Array.from({ length: 5000 }, (_, at) => `  s${at}: {}`).join('\n')}`,
      'compose',
    );
    deepEqual(findings, []);
  });
});

test('what a text is, is told by its name, or else by what it holds', () => {
  for (const name of ['Dockerfile', 'Containerfile', 'api.Dockerfile', 'Dockerfile.arm64', 'dockerfile-dev'])
    equal(kindOf(name, ''), 'dockerfile', name);
  for (const name of ['compose.yaml', 'docker-compose.prod.yml', 'compose.override.yaml', 'any.yml'])
    equal(kindOf(name, ''), 'compose', name);
  equal(kindOf('-', 'services:\n  a:\n'), 'compose');
  equal(kindOf('-', '# x\nFROM services:1\n'), 'dockerfile');
});
