import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ErrorCode, isSampanError } from '../../core/errors/index.ts';
import { exitStatus, runWords } from '../app/index.ts';
import { type FakeContext, fakeContext } from '../testing/index.ts';
import { COMMANDS } from './table.ts';

interface Fixture {
  readonly directory: string;
  /** Runs a command line in a home of its own; results come back. */
  run(...words: readonly string[]): Promise<string>;
  /** The same with other surroundings. */
  runIn(changes: Parameters<typeof fakeContext>[0], ...words: readonly string[]): Promise<FakeContext>;
  /** An image of one file in the store. */
  image(name: string, content?: string): Promise<void>;
  /** Writes the policy of the user. */
  policy(text: string): void;
}

/** Times go up by a minute with each command: signatures differ. */
function fixture(t: TestContext): Fixture {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-sign-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const env = { XDG_DATA_HOME: join(directory, 'data'), XDG_CONFIG_HOME: join(directory, 'config') };
  let minute = 0;
  const now = (): number => Date.UTC(2026, 0, 1, 0, minute++);
  const runIn: Fixture['runIn'] = async (changes, ...words) => {
    const context = fakeContext({ env, home: directory, cwd: directory, now, quiet: true, ...changes });
    await runWords(words, COMMANDS, context);
    return context;
  };
  return {
    directory,
    runIn,
    run: async (...words) => (await runIn({}, ...words)).stdout.text(),
    image: async (name, content = name) => {
      const root = mkdtempSync(join(directory, 'root-'));
      writeFileSync(join(root, 'motd'), content);
      // The same content is the same image, whenever it is made.
      for (const path of [join(root, 'motd'), root]) utimesSync(path, 1, 1);
      await runIn({}, 'copy', `dir:${root}`, `store:${name}`);
    },
    policy: text => {
      mkdirSync(join(directory, 'config', 'sampan'), { recursive: true });
      writeFileSync(join(directory, 'config', 'sampan', 'policy.yaml'), text);
    },
  };
}

const POLICY = `
version: 1
keys: {team: ../../team.pub}
rules:
  - names: [app]
    keys: [team]
    rollback: refuse
`;

async function fails(work: Promise<unknown>, code: ErrorCode, words: RegExp): Promise<void> {
  await rejects(work, error => {
    ok(isSampanError(error, code), String(error));
    match(error.message, words);
    return true;
  });
}

test('a pair of keys is made once, private to its owner, and encrypted with the password of a file', async t => {
  const { directory, run } = fixture(t);
  writeFileSync(join(directory, 'secret'), 'correct horse\nsecond line\n');
  equal(await run('keygen', 'team', '--password-file', 'secret'), 'team.key\nteam.pub\n');
  equal(statSync(join(directory, 'team.key')).mode & 0o777, 0o600);
  match(
    readFileSync(join(directory, 'team.key'), 'utf8'),
    /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/,
  );
  await fails(run('keygen', 'team', '--plain'), 'usage', /team\.key is there already/);
});

test('a password is typed twice for a new key, and once to sign', async t => {
  const { directory, runIn, image } = fixture(t);
  const typed = ['one', 'two', 'one', 'one', 'one', 'wrong'];
  const input = {
    isTerminal: true,
    line: async () => undefined,
    all: async () => new Uint8Array(),
    sendTo: () => () => {},
    secret: async () => Buffer.from(typed.shift() ?? ''),
  };
  await fails(runIn({ input }, 'keygen', 'team'), 'usage', /the two passwords differ/);
  const { stderr } = await runIn({ input }, 'keygen', 'team');
  equal(stderr.text(), 'New password for team.key: \nAgain: \n');
  await image('app:1');
  await runIn({ input }, 'sign', 'app:1', '--key', 'team.key');
  await fails(runIn({ input }, 'sign', 'app:1', '--key', 'team.key'), 'denied', /the password does not open/);
  equal(readdirSync(directory).filter(name => name.startsWith('team')).length, 2);
});

test('without a password and without anybody to ask, it says where to give one', async t => {
  const { run } = fixture(t);
  await fails(run('keygen', 'team'), 'usage', /a password is needed, and nobody is there to ask/);
});

test('an image is signed in the store, and verified there, in a bundle, and in the layout it is copied to', async t => {
  const { directory, run, image } = fixture(t);
  await image('app:1');
  await run('keygen', 'team', '--plain');
  match(await run('sign', 'app:1', '--key', 'team.key', '-a', 'a=b'), /^store:app:1@sha256:[0-9a-f]{64}\n$/);
  match(
    await run('verify', 'app:1', '--key', 'team.pub'),
    /^store:app:1@sha256:\S+: signed\n {2}by team\.pub \(\S+\), 2026-01-01T00:\d\d:00\.000Z, for docker\.io\/library\/app:1\n$/,
  );
  await run('bundle', 'app:1', '-o', 'app.tar');
  const found = JSON.parse(await run('verify', join(directory, 'app.tar'), '--key', 'team.pub', '--json'));
  equal(found.schema, 'sampan.verify/1');
  equal(found.verdict, 'signed');
  deepEqual(found.signatures[0].annotations.a, 'b');
  await run('copy', 'app:1', `oci:${directory}/layout:1`);
  await run('sign', `oci:${directory}/layout:1`, '--key', 'team.key');
  match(await run('verify', `oci:${directory}/layout`, '--key', 'team.pub'), /: signed\n/);
});

test('a place that keeps no signature, and a key or annotation that is none, are told', async t => {
  const { directory, run, image } = fixture(t);
  await image('app:1');
  await run('keygen', 'team', '--plain');
  await run('copy', 'app:1', `oci-archive:${directory}/app.oci.tar`);
  await fails(
    run('sign', join(directory, 'app.oci.tar'), '--key', 'team.key'),
    'unsupported',
    /would not be kept/,
  );
  await fails(run('sign', 'app:1'), 'usage', /no key is named/);
  await fails(run('sign', 'app:1', '--key', 'gone.key'), 'not-found', /gone\.key/);
  await fails(run('sign', 'app:1', '--key', 'team.pub'), 'unsupported', /not a private key/);
  await fails(run('sign', 'app:1', '--key', 'team.key', '-a', 'x'), 'usage', /not KEY=VALUE/);
});

test('an image that is not signed, or by another key, is exit status 3', async t => {
  const { run, image } = fixture(t);
  await image('app:1');
  await run('keygen', 'team', '--plain');
  await run('keygen', 'other', '--plain');
  const code = async (): Promise<number> =>
    await run('verify', 'app:1', '--key', 'team.pub').then(() => 0, exitStatus);
  equal(await code(), 3);
  await run('sign', 'app:1', '--key', 'other.key');
  equal(await code(), 3);
  await run('sign', 'app:1', '--key', 'team.key');
  equal(await code(), 0);
  match(
    await run('verify', 'app:1', '--key', 'team.pub', '--key', 'other.pub'),
    /team\.pub.*\n.*other\.pub/s,
  );
});

test('signatures go with their image when it is removed', async t => {
  const { directory, run, image } = fixture(t);
  await image('app:1');
  await image('app:2', 'app:1');
  await run('keygen', 'team', '--plain');
  await run('sign', 'app:1', '--key', 'team.key');
  await run('rm', 'app:1');
  match(await run('verify', 'app:2', '--key', 'team.pub'), /: signed\n/);
  await run('prune');
  match(await run('verify', 'app:2', '--key', 'team.pub'), /: signed\n/);
  await run('rm', 'app:2');
  deepEqual(readdirSync(join(directory, 'data', 'sampan', 'blobs', 'sha256')), []);
});

test('load lets in what the policy of the device lets in, and nothing else', async t => {
  const { directory, run, image, policy } = fixture(t);
  await run('keygen', 'team', '--plain');
  policy(POLICY);
  const file = async (name: string, sign: boolean): Promise<string> => {
    await image('app:1', name);
    if (sign) await run('sign', 'app:1', '--key', 'team.key');
    await run('bundle', 'app:1', '-o', `${name}.tar`);
    await run('rm', 'app:1');
    return join(directory, `${name}.tar`);
  };
  const [bare, old, fresh] = [await file('bare', false), await file('old', true), await file('fresh', true)];
  const load = async (path: string, ...more: readonly string[]): Promise<string> =>
    await run('load', path, '--into', 'store:', ...more);
  await fails(load(bare), 'unproven', /bare\.tar: app:1 \(sha256:[0-9a-f]{64}\) is not signed/);
  equal(await run('images'), '');
  equal(await load(old), 'store:app:1\n');
  await load(fresh, '--dry-run');
  equal(await load(old), 'store:app:1\n');
  equal(await load(fresh), 'store:app:1\n');
  await fails(load(old), 'unproven', /older than what this device has accepted/);
  match(await run('verify', 'app:1'), /: signed\n {2}by team /);
  await fails(run('verify', old), 'unproven', /older than/);
  equal(await load(old, '--allow-rollback'), 'store:app:1\n');
  await fails(run('load', fresh, '--into', 'store:other:1'), 'unproven', /no rule is for it/);
});

test('signatures go with a delta, and the policy is asked before anything is rebuilt', async t => {
  const { directory, run, image, policy } = fixture(t);
  await run('keygen', 'team', '--plain');
  await image('app:1');
  await image('app:2');
  await run('delta', 'app:1', 'app:2', '-o', 'bare.delta');
  await run('sign', 'app:2', '--key', 'team.key');
  await run('delta', 'app:1', 'app:2', '-o', 'signed.delta');
  await run('rm', 'app:2');
  policy(POLICY);
  const load = ['--into', 'store:'];
  await fails(run('load', join(directory, 'bare.delta'), ...load), 'unproven', /is not signed/);
  equal(await run('load', join(directory, 'signed.delta'), ...load), 'store:app:2\n');
  match(await run('verify', 'app:2'), /: signed\n/);
});

test('a file that was changed on its way is refused', async t => {
  const { directory, run, image, policy } = fixture(t);
  await run('keygen', 'team', '--plain');
  await image('app:1', 'good and true');
  await run('sign', 'app:1', '--key', 'team.key');
  await run('bundle', 'app:1', '-o', 'app.tar', '--compression', 'none');
  await run('rm', 'app:1');
  policy(POLICY);
  const path = join(directory, 'app.tar');
  const bytes = readFileSync(path);
  const evil = join(directory, 'evil.tar');
  cpSync(path, evil);
  const at = bytes.indexOf('good and true');
  ok(at > 0);
  bytes.write('evil', at);
  writeFileSync(evil, bytes);
  await fails(run('load', evil, '--into', 'store:'), 'integrity', /./);
  equal(await run('images'), '');
});

test('a policy that is named must be there, and one that cannot be read lets nothing in', async t => {
  const { directory, run, runIn, image, policy } = fixture(t);
  await image('app:1');
  await run('bundle', 'app:1', '-o', 'app.tar');
  const load = ['load', join(directory, 'app.tar'), '--into', 'store:'];
  await fails(run(...load, '--policy', 'gone.yaml'), 'not-found', /gone\.yaml/);
  const env = { XDG_DATA_HOME: join(directory, 'data'), SAMPAN_POLICY: 'gone.yaml' };
  await fails(runIn({ env }, ...load), 'not-found', /gone\.yaml/);
  policy('version: 1\nruels: []');
  await fails(run(...load), 'invalid', /ruels/);
  await fails(run('verify', 'app:1'), 'invalid', /ruels/);
  policy('version: 1\ndefault: allow');
  equal(await run(...load), 'store:app:1\n');
  match(await run('verify', 'app:1'), /let in without a signature, as the policy says/);
});

test('verify says what it needs', async t => {
  const { run, image } = fixture(t);
  await image('app:1');
  await fails(run('verify', 'app:1'), 'usage', /neither a key nor a policy/);
  await run('keygen', 'team', '--plain');
  await fails(run('verify', 'app:1', '--key', 'team.pub', '--policy', 'x'), 'usage', /cannot both/);
  await fails(run('verify', 'app:1', '--key', 'team.key'), 'unsupported', /not a public key/);
});
