import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { lintText } from '../lint.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';

function found(kind: 'dockerfile' | 'compose', rule: string, text: string): readonly string[] {
  const path = kind === 'compose' ? 'compose.yaml' : 'Dockerfile';
  const { findings } = lintText({ path, text, kind, dockerignore: null }, DEFAULT_SETTINGS);
  return findings.filter(each => each.rule === rule).map(({ message }) => message);
}

const SILENT: readonly (readonly [what: string, rule: string, text: string])[] = [
  ['a base that has its release in its name', 'tag-base', 'FROM gcr.io/distroless/cc-debian12\n'],
  [
    'a user that Windows does not know',
    'non-root',
    'FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCMD ["app.exe"]\n',
  ],
  [
    'a user that Windows does not know, on another base',
    'non-root',
    'FROM mcr.microsoft.com/dotnet/runtime:8.0-nanoserver-ltsc2022\nCMD ["app.exe"]\n',
  ],
  ['the letters of what is no instruction', 'keyword-case', 'FROM alpine:3.22\nRUN date\n"x\n'],
  ['a test of the shell', 'json-form', 'FROM alpine:3.22\nRUN [ "$A" ] && [ "$B" = "" ]\n'],
  ['a test of the shell, alone', 'json-form', 'FROM alpine:3.22\nRUN [ "$A" = "" ] || date\n'],
];

for (const [what, rule, text] of SILENT)
  test(`${rule} says nothing of ${what}`, () => deepEqual(found('dockerfile', rule, text), []));

test('a base without a tag is told what to name, not a release that is not there', () => {
  deepEqual(found('dockerfile', 'tag-base', 'FROM alpine\n'), [
    'alpine has no tag: name the release, as alpine:VERSION',
  ]);
  deepEqual(found('dockerfile', 'tag-base', 'FROM gcr.io/distroless/static\n'), [
    'gcr.io/distroless/static has no tag: name the release, as gcr.io/distroless/static:VERSION',
  ]);
});

test('a list that is never closed is no JSON either', () => {
  for (const body of ['["date", "-u"', '["date" "-u"', '["date",', "['date'"]) {
    deepEqual(found('dockerfile', 'json-form', `FROM alpine:3.22\nCMD ${body}\n`), [
      'this is no JSON: write double quotes, and a comma between the parts',
    ]);
  }
});

test('privileged is what Compose takes for true', () => {
  const service = (value: string) => `services:\n  a:\n    image: a:1\n    privileged: ${value}\n`;
  const told = (value: string) => found('compose', 'compose-privileged', service(value)).length;
  deepEqual(['true', 'True', 'yes', 'on', '"true"'].map(told), [1, 1, 1, 1, 1]);
  deepEqual(['false', 'no', 'off', '"false"'].map(told), [0, 0, 0, 0]);
});
