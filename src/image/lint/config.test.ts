import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { matchesAny, NO_CONFIG, parseConfig, settingsFor } from './index.ts';

const parse = (text: string) => parseConfig('.sampan.yaml', text);

test('rules, lists, what fails and overrides are read', () => {
  const config = parse(
    'lint:\n  rules: { healthcheck: off, pin-digest: error }\n  exclude: ["third/**"]\n  fail-on: warning\n  registries: [docker.io]\n  labels: a\n  overrides:\n    - files: ["tools/**"]\n      rules: { no-sudo: off, healthcheck: info }\n',
  );
  equal(config.failOn, 'warning');
  deepEqual(config.settings.labels, ['a']);
  deepEqual(settingsFor(config, globs => matchesAny(globs, 'tools/a/Dockerfile')).rules, {
    healthcheck: 'info',
    'pin-digest': 'error',
    'no-sudo': 'off',
  });
  deepEqual(settingsFor(config, globs => matchesAny(globs, 'src/Dockerfile')).rules, {
    healthcheck: 'off',
    'pin-digest': 'error',
  });
});

test('a file without lint, and parts of other commands, are fine', () => {
  for (const text of ['', 'inspect:\n  max-size: 10MB\n', 'lint:\n', 'lint: {}\n'])
    deepEqual(parse(text), NO_CONFIG);
});

test('mistakes are told with their place', () => {
  throws(
    () => parse('lint:\n  rule: {}\n'),
    /^.*\.sampan\.yaml:2:3: there is no setting lint\.rule; there are rules/s,
  );
  throws(
    () => parse('lint:\n  rules:\n    no-sudoo: off\n'),
    /:3:5: there is no rule no-sudoo; did you mean no-sudo\?/,
  );
  throws(
    () => parse('lint:\n  rules:\n    no-sudo: never\n'),
    /:3:14: no-sudo must be off, info, warning or error/,
  );
  throws(() => parse('lint:\n  rules: { syntax: off }\n'), /syntax cannot be switched off/);
  throws(() => parse('lint:\n  fail-on: sometimes\n'), /fail-on must be/);
  throws(() => parse('lint: [1]\n'), /lint must hold settings/);
  throws(() => parse('lint: {\n'), /\.sampan\.yaml:\d+:\d+: /);
  throws(() => parse('a: &a [*a]\n'), /refers to what it stands in/);
});

test('globs match names, directories and across directories', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['third/**', 'third/a/Dockerfile', true],
    ['third', 'third/a/Dockerfile', true],
    ['**/Dockerfile', 'a/b/Dockerfile', true],
    ['**/Dockerfile', 'Dockerfile', true],
    ['*.Dockerfile', 'a/b.Dockerfile', false],
    ['a/*/Dockerfile', 'a/b/Dockerfile', true],
    ['a/*/Dockerfile', 'a/b/c/Dockerfile', false],
    ['a.b', 'axb', false],
  ];
  for (const [glob, path, wanted] of cases) equal(matchesAny([glob], path), wanted, `${glob} ${path}`);
  equal(matchesAny(['a/**', '!a/b'], 'a/b'), false);
  equal(matchesAny([`${'*a'.repeat(100)}`], 'a'.repeat(250)), true);
});
