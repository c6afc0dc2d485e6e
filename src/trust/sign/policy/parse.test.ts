import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, isSampanError, SampanError } from '../../../core/errors/index.ts';
import { parseReference } from '../../../core/oci/index.ts';
import { fixture } from '../testing/index.ts';
import { nameProblem, parsePattern } from './names.ts';
import { MAX_POLICY_BYTES, parsePolicy } from './parse.ts';
import type { Policy } from './types.ts';

const PEM = fixture('cosign.pub').toString();

async function parse(text: string): Promise<Policy> {
  const readKey = async (path: string): Promise<Uint8Array> => {
    if (path === 'team.pub') return Buffer.from(PEM);
    throw new SampanError('not-found', `reading ${path}: no such file`);
  };
  return await parsePolicy(Buffer.from(text), { path: 'policy.yaml', readKey });
}

async function refused(text: string, code: ErrorCode, words: RegExp): Promise<void> {
  await rejects(parse(text), error => {
    ok(isSampanError(error, code), String(error));
    match(error.message, words);
    return true;
  });
}

const rule = (more: string): string =>
  `version: 1\nkeys: {team: team.pub}\nrules: [{names: [app], keys: [team], ${more}}]`;

test('a policy says which keys sign which names, from files or as they stand in it', async () => {
  const inline = PEM.trimEnd().replaceAll('\n', '\n    ');
  const policy = await parse(`
version: 1
default: allow
keys:
  team: team.pub
  ci: |
    ${inline}
rules:
  - names: [app, registry.example/**]
    keys: [team, ci]
    signedName: exact
    rollback: refuse
    maxAge: 90d
    notBefore: 2026-01-31
  - names: ['*']
    action: deny
`);
  equal(policy.default, 'allow');
  const [signed, denied] = policy.rules;
  ok(signed?.action === 'signed');
  deepEqual(
    signed.keys.map(key => key.name),
    ['team', 'ci'],
  );
  deepEqual([signed.threshold, signed.signedName, signed.rollback], [1, 'exact', 'refuse']);
  equal(signed.maxAgeMs, 90 * 86_400_000);
  equal(signed.notBeforeMs, Date.UTC(2026, 0, 31));
  equal(denied?.action, 'deny');
});

test('what is not said is strict where it costs nothing: what no rule is for is denied', async () => {
  const policy = await parse(rule('threshold: 1'));
  equal(policy.default, 'deny');
  const [first] = policy.rules;
  ok(first?.action === 'signed');
  deepEqual([first.signedName, first.rollback, first.maxAgeMs], ['path', 'allow', undefined]);
});

test('a policy may be JSON', async () => {
  equal((await parse('{"version": 1, "default": "allow"}')).default, 'allow');
});

test('anything that is not understood is refused by its place', async () => {
  await refused('', 'invalid', /policy\.yaml: wanted a mapping/);
  await refused('version: 1\ndefualt: allow', 'invalid', /policy\.yaml\.defualt: wanted one of/);
  await refused('default: deny', 'invalid', /version: wanted 1, got nothing/);
  await refused('version: 2\nwhatever: 3', 'unsupported', /version 2, this Sampan knows 1/);
  await refused('version: 1\ndefault: maybe', 'invalid', /default: wanted one of allow, deny/);
  await refused(rule('rolback: refuse'), 'invalid', /rules\[0\]\.rolback/);
  await refused(rule('rollback: yes'), 'invalid', /rollback: wanted one of/);
  await refused(rule('signedName: both'), 'invalid', /signedName/);
  await refused(rule('threshold: 2'), 'invalid', /threshold: wanted a whole number from 1 to 1/);
  await refused(rule('maxAge: 90'), 'invalid', /maxAge: wanted a span of time/);
  await refused(rule('notBefore: tomorrow'), 'invalid', /notBefore: wanted a time/);
  await refused('version: 1\nrules: [{names: [app]}]', 'invalid', /keys: wanted a list/);
  await refused('version: 1\nrules: [{names: [], action: deny}]', 'invalid', /names: wanted a list/);
  await refused('version: 1\nrules: [{names: [app], keys: [x]}]', 'invalid', /keys\[0\]: wanted one of/);
  await refused('version: 1\nrules: [{names: ["a b"], action: deny}]', 'invalid', /no pattern of names/);
  await refused(
    'version: 1\nrules: [{names: [app], action: allow, keys: [x]}]',
    'invalid',
    /nothing, as the action/,
  );
  await refused('version: 1\nversion: 1', 'invalid', /not YAML/);
  await refused('{', 'invalid', /not YAML/);
});

test('keys that are not there, or are none, are named', async () => {
  await refused('version: 1\nkeys: {x: gone.pub}', 'not-found', /keys\.x: reading gone\.pub/);
  await refused('version: 1\nkeys: {x: "-----BEGIN PUBLIC KEY-----"}', 'invalid', /keys\.x: no PEM key/);
  await refused('version: 1\nkeys: {x: 1}', 'invalid', /keys\.x: wanted a PEM/);
});

test('a policy has limits', async () => {
  await refused(' '.repeat(MAX_POLICY_BYTES + 1), 'limit', /at most 262144/);
  const rules = '  - {names: [a], action: deny}\n'.repeat(257);
  await refused(`version: 1\nrules:\n${rules}`, 'limit', /more than 256 rules/);
  const names = Array(257).fill('a').join(', ');
  await refused(`version: 1\nrules: [{names: [${names}], action: deny}]`, 'limit', /257 items/);
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`),
  ];
  await refused(`version: 1\n${bomb.join('\n')}`, 'invalid', /not YAML|wanted one of/);
});

test('patterns fit names as they are written and as Docker fills them in', () => {
  const fits = (pattern: string, name: string): boolean => parsePattern(pattern, 'x')(parseReference(name));
  for (const [pattern, name] of [
    ['app', 'app:1'],
    ['app', 'docker.io/library/app'],
    ['team/*', 'docker.io/team/app:2'],
    ['registry.example/**', 'registry.example/a/b/c:1'],
    ['registry.example/*/app', 'registry.example/team/app'],
    ['*', 'registry.example/a/b:1'],
    ['**', 'app'],
    ['**/app', 'registry.example/a/b/app:1'],
    ['app:1.*', 'app:1.2.3'],
    ['app:latest', 'app'],
    ['localhost:5000/app', 'localhost:5000/app:1'],
    ['localhost/app', 'localhost/app:1'],
  ] as const) {
    equal(fits(pattern, name), true, `${pattern} ${name}`);
  }
  for (const [pattern, name] of [
    ['app', 'registry.example/app:1'],
    ['app', 'apps'],
    ['team/*', 'docker.io/team/a/b'],
    ['registry.example/*', 'registry.example/a/b'],
    ['registry.example/**', 'registry.example.evil/a'],
    ['registry.example/**', 'evil/registry.example/a'],
    ['app:1.*', 'app:2'],
    ['app:1', `app@sha256:${'0'.repeat(64)}`],
  ] as const) {
    equal(fits(pattern, name), false, `${pattern} ${name}`);
  }
});

test('a pattern of stars costs no more than another', () => {
  const name = parseReference(`registry.example/${'a'.repeat(200)}`);
  equal(parsePattern(`${'*a'.repeat(120)}*b`, 'x')(name), false);
});

test('the name that was signed is compared as far as is asked for', () => {
  const problem = (signed: string | undefined, name: string, check: Parameters<typeof nameProblem>[2]) =>
    nameProblem(signed, parseReference(name), check);
  equal(problem('a.example/team/app:1', 'b.example/team/app:2', 'ignored'), undefined);
  equal(problem('a.example/team/app:1', 'b.example/team/app:2', 'path'), undefined);
  match(
    problem('a.example/team/app:1', 'a.example/team/other:1', 'path') ?? '',
    /signed for a\.example\/team\/app:1, not for/,
  );
  match(problem('a.example/team/app:1', 'b.example/team/app:1', 'repository') ?? '', /not for/);
  equal(problem('a.example/team/app:1', 'a.example/team/app:2', 'repository'), undefined);
  match(problem('a.example/team/app:1', 'a.example/team/app:2', 'exact') ?? '', /not for/);
  equal(problem('app', 'docker.io/library/app:latest', 'exact'), undefined);
  equal(problem(undefined, 'app', 'path'), undefined);
  match(problem(undefined, 'app', 'exact') ?? '', /does not say for which name/);
  match(problem('NOT A NAME', 'app', 'path') ?? '', /no name/);
});
