import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnvFile } from './dotenv.ts';
import { interpolate } from './interpolate.ts';
import { mergeNodes } from './merge.ts';
import { formatProblem, type Node } from './node.ts';
import { readNode } from './read.ts';

const VARIABLES = (name: string): string | undefined => ({ A: 'one', EMPTY: '' })[name];

function message(text: string): string {
  const result = interpolate(text, VARIABLES);
  ok(typeof result !== 'string', `${text} is refused`);
  return result.message;
}

function plain(node: Node | undefined): unknown {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node.isNull ? null : node.text;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
}

function read(text: string): Node {
  const { node, problems } = readNode('compose.yaml', text, VARIABLES);
  deepEqual(problems, []);
  ok(node !== undefined);
  return node;
}

test('variables are replaced as the specification says', () => {
  const cases: Readonly<Record<string, string>> = {
    'a $A b': 'a one b',
    '${A}${B}': 'one',
    '${B:-x}': 'x',
    '${EMPTY:-x}': 'x',
    '${EMPTY-x}': '',
    '${B-${A}!}': 'one!',
    '${B:-${C:-deep}}': 'deep',
    '${A:+there}${B:+not}': 'there',
    '${EMPTY+there}': 'there',
    '$$A costs 5$$': '$A costs 5$',
    '${B:-a:b/c?d=e}': 'a:b/c?d=e',
  };
  for (const [text, wanted] of Object.entries(cases)) equal(interpolate(text, VARIABLES), wanted, text);
});

test('a variable that must be set, and what is no variable, are told', () => {
  match(message('${B:?say B}'), /variable B is not set: say B/);
  match(message('${EMPTY:?}'), /variable EMPTY is not set/);
  equal(interpolate('${EMPTY?}', VARIABLES), '');
  match(message('cost: $5'), /no variable name follows the \$ at character 7/);
  match(message('${A'), /not closed/);
  match(message('${B:-x'), /not closed/);
  match(message('${A/b}'), /not closed, or followed by/);
  match(message(`\${B:-${'${B:-'.repeat(40)}`), /more than 16 deep/);
});

test('a file of variables has comments, quotes, escapes and earlier values', () => {
  const text = [
    '# comment',
    'PLAIN = a value # note',
    "RAW='$A \\n'",
    'DOUBLE="$A\\nline \\$A"',
    'export LATER=${PLAIN}!',
    'NAME',
    'OVER="two',
    'lines"',
    'HASH=a#b',
    'EMPTY_ONE=',
  ].join('\n');
  const { values, problems } = parseEnvFile(text, VARIABLES);
  deepEqual(problems, []);
  deepEqual(Object.fromEntries(values), {
    PLAIN: 'a value',
    RAW: '$A \\n',
    DOUBLE: 'one\nline $A',
    LATER: 'a value!',
    NAME: undefined,
    OVER: 'two\nlines',
    HASH: 'a#b',
    EMPTY_ONE: '',
  });
  const wrong = parseEnvFile('A=1\n= 2\nB="open', VARIABLES).problems;
  deepEqual(
    wrong.map(({ line }) => line),
    [2, 3],
  );
});

test('a problem names the file, the line, the column and the keys', () => {
  const { problems } = readNode('c.yaml', 'services:\n  web:\n    image: ${B:?set it}\n', VARIABLES);
  equal(problems.length, 1);
  ok(problems[0]);
  equal(
    formatProblem(problems[0]),
    'c.yaml:3:12: services.web.image: the variable B is not set: set it (set B in the environment or in .env)',
  );
});

test('one file over another joins, appends, replaces, resets and overrides', () => {
  const base = read(`
services:
  web:
    image: a
    command: [one, two]
    environment: [A=1, B=2]
    ports: ["80:80", "81:81"]
    volumes: ["data:/data", "/x:/y"]
    cap_add: [NET_ADMIN]
    dns: 1.1.1.1
    labels: {a: b}
    depends_on: [db]
`);
  const over = read(`
services:
  web:
    command: [three]
    environment: {B: 3, C: 4}
    ports: ["80:80"]
    volumes: ["other:/data:ro"]
    cap_add: [NET_ADMIN, SYS_TIME]
    dns: [8.8.8.8]
    labels: !reset null
    depends_on: {cache: {condition: service_healthy}}
    networks: !override [n]
`);
  deepEqual(plain(mergeNodes(base, over)), {
    services: {
      web: {
        image: 'a',
        command: ['three'],
        environment: { A: '1', B: '3', C: '4' },
        ports: ['80:80', '81:81'],
        volumes: ['other:/data:ro', '/x:/y'],
        cap_add: ['NET_ADMIN', 'SYS_TIME'],
        dns: ['1.1.1.1', '8.8.8.8'],
        depends_on: { db: null, cache: { condition: 'service_healthy' } },
        networks: ['n'],
      },
    },
  });
});

test('a service may have the name of a key', () => {
  const base = read('services: {test: {image: a, user: u}, networks: {image: b}}');
  const over = read('services: {test: {image: c}}');
  deepEqual(plain(mergeNodes(base, over)), {
    services: { test: { image: 'c', user: 'u' }, networks: { image: 'b' } },
  });
});

test('merging a document with itself changes nothing', () => {
  const text = 'services: {web: {image: a, ports: ["80:80"], environment: {A: 1}, command: [x]}}';
  deepEqual(plain(mergeNodes(read(text), read(text))), plain(read(text)));
});

test('anchors that explode, cycles and depth are refused', () => {
  const bomb = Array.from(
    { length: 30 },
    (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}`}]`,
  );
  match(readNode('c', bomb.join('\n'), VARIABLES).problems[0]?.message ?? '', /expand to more than/);
  match(
    readNode('c', 'a: &a\n  b: *a\n', VARIABLES).problems[0]?.message ?? '',
    /refers to what it stands in/,
  );
  ok(readNode('c', '['.repeat(5000), VARIABLES).problems.length > 0);
  match(readNode('c', ' '.repeat((4 << 20) + 1), VARIABLES).problems[0]?.message ?? '', /longer than/);
});
