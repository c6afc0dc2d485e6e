import { equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serveForTest } from '../../src/carry/serve/testing/index.ts';
import { runWords } from '../../src/cli/app/index.ts';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { type FakeContext, fakeContext } from '../../src/cli/testing/index.ts';
import { isSampanError } from '../../src/core/errors/index.ts';

interface Site {
  readonly at: string;
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  run(...words: readonly string[]): Promise<string>;
  /** What a command says on standard error. */
  heard(...words: readonly string[]): Promise<string>;
  /** Makes an image of one file, and pushes it. */
  push(name: string, content: string): Promise<void>;
  /** What the registry was asked, since the last time. */
  asked(): readonly string[];
}

async function site(t: TestContext): Promise<Site> {
  const at = mkdtempSync(join(tmpdir(), 'sampan-signatures-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  const { port, records } = await serveForTest(t);
  const registry = `127.0.0.1:${port}`;
  const env = { XDG_DATA_HOME: join(at, 'data'), COSIGN_PASSWORD: 'secret' };
  let minute = 0;
  let seen = 0;
  const started = async (words: readonly string[], quiet: boolean): Promise<FakeContext> => {
    const now = (): number => Date.UTC(2026, 0, 1, 0, minute++);
    const context = fakeContext({ env, home: at, cwd: at, quiet, now });
    await runWords(words, COMMANDS, context);
    return context;
  };
  const run: Site['run'] = async (...words) => (await started(words, true)).stdout.text();
  return {
    at,
    registry,
    run,
    heard: async (...words) => (await started(words, false)).stderr.text(),
    push: async (name, content) => {
      const root = mkdtempSync(join(at, 'root-'));
      writeFileSync(join(root, 'motd'), content);
      await run('copy', `dir:${root}`, 'store:made:1');
      await run('push', 'store:made:1', `${registry}/${name}`);
      await run('rm', 'made:1');
    },
    asked: () => {
      const fresh = records.slice(seen).map(({ method, path }) => `${method} ${path}`);
      seen = records.length;
      return fresh;
    },
  };
}

function policyFor(registry: string, more = ''): string {
  return `{version: 1, keys: {team: team.pub}, rules: [{names: ['${registry}/app'], keys: [team]${more}}]}`;
}

async function refuses(work: Promise<unknown>, words: RegExp): Promise<void> {
  await rejects(work, error => {
    ok(isSampanError(error, 'unproven'), String(error));
    match(error.message, words);
    return true;
  });
}

test('pull fetches no layer of what the policy refuses, and keeps the signatures of what it lets in', async t => {
  const { at, registry, run, push, asked } = await site(t);
  await run('keygen', 'team', '--plain');
  writeFileSync(join(at, 'policy.yaml'), policyFor(registry));
  await push('app:1', 'one');
  asked();
  const pull = ['pull', `${registry}/app:1`, '--policy', 'policy.yaml'];
  await refuses(run(...pull), /app:1 \(sha256:[0-9a-f]{64}\) is not signed/);
  // Configurations are read to choose a platform; a layer would be the second blob.
  ok(asked().filter(line => /^GET \/v2\/app\/blobs\//.test(line)).length <= 1);
  equal(await run('images'), '');
  await run('sign', `docker://${registry}/app:1`, '--key', 'team.key');
  equal(await run(...pull), `store:${registry}/app:1\n`);
  asked();
  match(await run('verify', `store:${registry}/app:1`, '--policy', 'policy.yaml'), /: signed\n/);
  equal(asked().length, 0);
});

test('an older image under a tag is refused by pull, and taken when it is signed again', async t => {
  const { at, registry, run, push } = await site(t);
  await run('keygen', 'team', '--plain');
  writeFileSync(join(at, 'policy.yaml'), policyFor(registry, ', rollback: refuse'));
  const pull = async (): Promise<string> =>
    await run('pull', `${registry}/app:stable`, '--policy', 'policy.yaml');
  const stable = `docker://${registry}/app:stable`;
  await push('app:stable', 'old');
  await run('sign', stable, '--key', 'team.key');
  await pull();
  await run('copy', stable, `docker://${registry}/app:kept`);
  await push('app:stable', 'fresh');
  await run('sign', stable, '--key', 'team.key');
  await pull();
  await run('copy', `docker://${registry}/app:kept`, stable);
  await refuses(pull(), /older than what this device has accepted under its name/);
  await run('sign', stable, '--key', 'team.key');
  await pull();
});

test('signatures go from one repository to another with their image, and back from the store', async t => {
  const { registry, run, push } = await site(t);
  await run('keygen', 'team', '--plain');
  await push('app:1', 'one');
  await run('sign', `docker://${registry}/app:1`, '--key', 'team.key');
  await run('copy', `docker://${registry}/app:1`, `docker://${registry}/site/app:1`);
  match(await run('verify', `docker://${registry}/site/app:1`, '--key', 'team.pub'), /: signed\n/);
  await run('pull', `${registry}/app:1`);
  await run('push', `store:${registry}/app:1`, `${registry}/app:2`);
  match(await run('verify', `docker://${registry}/app:2`, '--key', 'team.pub'), /: signed\n/);
});

test('a signature goes with a push to another repository where its bytes are the same, and is missed aloud otherwise', async t => {
  const { at, registry, run, heard, push } = await site(t);
  await run('keygen', 'team', '--plain');
  await push('app:1', 'one');
  await run('sign', `docker://${registry}/app:1`, '--key', 'team.key');
  await run('pull', `${registry}/app:1`);
  equal(await heard('push', `store:${registry}/app:1`, `${registry}/site/app:1`), '');
  match(await run('verify', `docker://${registry}/site/app:1`, '--key', 'team.pub'), /: signed\n/);
  await run('copy', `dir:${at}`, 'store:own:1');
  await run('sign', 'store:own:1', '--key', 'team.key');
  match(
    await heard('push', 'store:own:1', `${registry}/own:1`),
    /^note: the signatures of store:own:1 were not carried: .*\n {2}sign it there: sampan sign docker:\/\/127.*own:1 --key FILE\n$/,
  );
});
