import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSampanError } from '../../../core/errors/index.ts';
import { type Descriptor, MEDIA } from '../../../core/oci/index.ts';
import { type Harbour, harbour, newKey } from '../testing/index.ts';
import { type EnforceOptions, enforcePolicy, type Permit } from './enforce.ts';
import { fileRecord, memoryRecord, readOnly } from './record.ts';
import type { Policy, Rule, SignedRule } from './types.ts';

const team = await newKey('team');
const ci = await newKey('ci');
const NOW = Date.UTC(2026, 5, 1);

function signedRule(more: Partial<SignedRule> = {}): SignedRule {
  return {
    names: ['app', 'registry.example/**'],
    action: 'signed',
    keys: [team.publicKey],
    threshold: 1,
    signedName: 'path',
    rollback: 'allow',
    ...more,
  };
}

function policyOf(...rules: readonly Rule[]): Policy {
  return { path: 'policy.yaml', default: 'deny', rules };
}

interface Asking extends Partial<EnforceOptions> {
  readonly at: Harbour;
  readonly root: Descriptor;
  readonly reference?: string | undefined;
}

async function enforce(policy: Policy, asking: Asking): Promise<Permit> {
  const { at, root, reference = 'app:1', ...more } = asking;
  const image = { name: 'app', source: at.source, root, reference };
  return await enforcePolicy(policy, image, { now: () => NOW, record: memoryRecord(), ...more });
}

async function refused(work: Promise<unknown>, words: RegExp): Promise<void> {
  await rejects(work, error => {
    ok(isSampanError(error, 'unproven'), String(error));
    match(error.message, words);
    return true;
  });
}

test('the first rule for a name decides, and the default where there is none', async () => {
  const at = harbour();
  const root = await at.image('one');
  const policy = policyOf(
    { names: ['app:free'], action: 'allow' },
    { names: ['app:never'], action: 'deny' },
    signedRule(),
  );
  deepEqual(await enforce(policy, { at, root, reference: 'app:free' }), {
    verdict: 'allowed',
    claims: [],
    rule: ['app:free'],
  });
  await refused(enforce(policy, { at, root, reference: 'app:never' }), /a rule denies app:never/);
  await refused(enforce(policy, { at, root }), /is not signed/);
  await refused(
    enforce(policy, { at, root, reference: 'other' }),
    /no rule is for it, and the default is deny/,
  );
  equal(
    (await enforce({ ...policy, default: 'allow' }, { at, root, reference: 'other' })).verdict,
    'allowed',
  );
  await at.sign(root, { key: team });
  equal((await enforce(policy, { at, root })).verdict, 'signed');
});

test('what has no name fits only a rule for everything', async () => {
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key: team });
  const nameless = { name: 'app', source: at.source, root, reference: undefined };
  const options = { now: () => NOW, record: memoryRecord() };
  await refused(enforcePolicy(policyOf(signedRule()), nameless, options), /no rule is for it/);
  const all = policyOf(signedRule({ names: ['*'], rollback: 'refuse', notBeforeMs: 0 }));
  await refused(enforcePolicy(all, nameless, options), /does not say when/);
  equal((await enforcePolicy(policyOf(signedRule({ names: ['*'] })), nameless, options)).verdict, 'signed');
});

test('as many different keys as the rule says must have signed', async () => {
  const at = harbour();
  const root = await at.image('one');
  const policy = policyOf(signedRule({ keys: [team.publicKey, ci.publicKey], threshold: 2 }));
  await at.sign(root, { key: team });
  await refused(enforce(policy, { at, root }), /signed by team, and 2 of 2 keys must have signed/);
  await at.sign(root, { key: ci });
  equal((await enforce(policy, { at, root })).claims.length, 2);
});

test('an image that was signed under one name is not let in under another', async () => {
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key: team, name: 'registry.example/team/tool:1' });
  const policy = policyOf(signedRule());
  await refused(
    enforce(policy, { at, root }),
    /signed for registry\.example\/team\/tool:1, not for docker\.io\/library\/app:1/,
  );
  const mirrored = 'registry.example/team/tool:2';
  equal((await enforce(policy, { at, root, reference: mirrored })).verdict, 'signed');
});

test('a signature expires, and may be too old from the beginning', async () => {
  const at = harbour();
  const root = await at.image('one');
  const [maxAge, since] = [
    signedRule({ maxAgeMs: 30 * 86_400_000 }),
    signedRule({ notBeforeMs: Date.UTC(2026, 4, 1) }),
  ];
  await at.sign(root, { key: team });
  await refused(enforce(policyOf(maxAge), { at, root }), /does not say when it was made/);
  await at.sign(root, { key: team, time: '2026-04-15T00:00:00Z' });
  await refused(enforce(policyOf(maxAge), { at, root }), /has expired: at most 30 days count/);
  await refused(enforce(policyOf(since), { at, root }), /only what was signed since 2026-05-01/);
  await at.sign(root, { key: team, time: '2026-05-15T00:00:00Z' });
  equal((await enforce(policyOf(maxAge), { at, root })).claims.length, 1);
  equal((await enforce(policyOf(since), { at, root })).claims.length, 1);
});

test('an older image is not let in after a newer one; signed again, or on purpose, it is', async () => {
  const at = harbour();
  const [old, fresh] = [await at.image('old'), await at.image('fresh')];
  await at.sign(old, { key: team, time: '2026-01-01T00:00:00Z' });
  await at.sign(fresh, { key: team, time: '2026-02-01T00:00:00Z' });
  const policy = policyOf(signedRule({ rollback: 'refuse' }));
  const record = memoryRecord();
  const ask = (root: Descriptor, more: Partial<Asking> = {}) =>
    enforce(policy, { at, root, record, ...more });
  await ask(old);
  await ask(fresh);
  await ask(fresh);
  await refused(ask(old), /older than what this device has accepted under its name: signed at 2026-01-01/);
  await refused(ask(old, { record: readOnly(record) }), /older than/);
  equal((await ask(old, { reference: 'app:other' })).verdict, 'signed');
  equal((await ask(old, { reference: `app@${old.digest}` })).verdict, 'signed');
  await ask(old, { allowRollback: true });
  await ask(old);
  await ask(fresh);
  await at.sign(old, { key: team, time: '2026-03-01T00:00:00Z' });
  await ask(old);
  await refused(ask(fresh), /older than/);
});

test('a signature that says no time is refused where order counts', async () => {
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key: team });
  await refused(enforce(policyOf(signedRule({ rollback: 'refuse' })), { at, root }), /does not say when/);
});

test('an index is as old as its oldest image where nobody signed it as a whole', async () => {
  const at = harbour();
  const [one, two] = [await at.image('one'), await at.image('two')];
  await at.sign(one, { key: team, time: '2026-01-01T00:00:00Z' });
  await at.sign(two, { key: team, time: '2026-03-01T00:00:00Z' });
  const text = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [one, two] };
  const root = await at.put(MEDIA.index, JSON.stringify(text));
  const last = { digest: two.digest, signedAtMs: Date.UTC(2026, 1, 1) };
  const record = memoryRecord({ 'docker.io/library/app:1': last });
  const policy = policyOf(signedRule({ rollback: 'refuse' }));
  await refused(enforce(policy, { at, root, record }), /older than/);
});

test('an index of which one image is signed is refused as such', async () => {
  const at = harbour();
  const [one, two] = [await at.image('one'), await at.image('two')];
  await at.sign(one, { key: team });
  const text = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [one, two] };
  const root = await at.put(MEDIA.index, JSON.stringify(text));
  await refused(enforce(policyOf(signedRule()), { at, root }), /only some of its platforms are signed/);
});

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-policy-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('what was accepted outlives the process, and nothing else is left in its directory', async t => {
  const directory = scratch(t);
  const path = join(directory, 'trust', 'accepted.json');
  const at = harbour();
  const [old, fresh] = [await at.image('old'), await at.image('fresh')];
  await at.sign(old, { key: team, time: '2026-01-01T00:00:00Z' });
  await at.sign(fresh, { key: team, time: '2026-02-01T00:00:00Z' });
  const policy = policyOf(signedRule({ rollback: 'refuse' }));
  await enforce(policy, { at, root: fresh, record: fileRecord(path) });
  await refused(enforce(policy, { at, root: old, record: fileRecord(path) }), /older than/);
  deepEqual(readdirSync(join(directory, 'trust')), ['accepted.json']);
  equal(statSync(path).mode & 0o777, 0o600);
});

test('of many at once the newest is remembered', async t => {
  const record = fileRecord(join(scratch(t), 'accepted.json'));
  const at = harbour();
  const policy = policyOf(signedRule({ rollback: 'refuse' }));
  const times = Array.from({ length: 9 }, (_, i) => `2026-01-0${i + 1}T00:00:00Z`);
  const images = await Promise.all(
    times.map(async time => {
      const root = await at.image(time);
      await at.sign(root, { key: team, time });
      return root;
    }),
  );
  await Promise.allSettled(images.map(async root => await enforce(policy, { at, root, record })));
  await enforce(policy, { at, root: images[8]!, record });
  await refused(enforce(policy, { at, root: images[7]!, record }), /older than/);
});

test('a record that was damaged lets nothing in', async t => {
  const path = join(scratch(t), 'accepted.json');
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key: team, time: '2026-01-01T00:00:00Z' });
  const policy = policyOf(signedRule({ rollback: 'refuse' }));
  for (const text of [
    '',
    '{',
    '[]',
    '{}',
    '{"schema":"sampan.accepted/1","names":{"a":{"digest":"x"}}}',
    ' '.repeat(5 << 20),
  ]) {
    writeFileSync(path, text);
    await rejects(enforce(policy, { at, root, record: fileRecord(path) }), error => {
      ok(isSampanError(error, 'invalid') || isSampanError(error, 'limit'), String(error));
      return true;
    });
  }
});

test('a record has a limit', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, i) => [
      `n${i}`,
      { digest: `sha256:${'0'.repeat(64)}`, signed: '2026-01-01T00:00:00Z' },
    ]),
  );
  const path = join(mkdtempSync(join(tmpdir(), 'sampan-policy-')), 'accepted.json');
  writeFileSync(path, JSON.stringify({ schema: 'sampan.accepted/1', names: many }));
  const next = { digest: `sha256:${'1'.repeat(64)}`, signedAtMs: 1 } as const;
  await rejects(
    fileRecord(path).change('another', () => next),
    error => isSampanError(error, 'limit'),
  );
  await fileRecord(path).change('n1', () => next);
  rmSync(join(path, '..'), { recursive: true });
});
