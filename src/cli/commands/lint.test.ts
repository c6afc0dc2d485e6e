import { deepEqual, equal, match, ok } from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { runWords } from '../app/index.ts';
import { fakeContext } from '../testing/index.ts';
import { COMMANDS } from './table.ts';

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** The code of the error that it ended with. */
  readonly code: string | undefined;
}

function project(t: TestContext, files: Readonly<Record<string, string>>) {
  const cwd = mkdtempSync(join(tmpdir(), 'sampan-lint-'));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const run = async (words: readonly string[], input = ''): Promise<Ran> => {
    const base = fakeContext({ cwd });
    const context = fakeContext({ cwd, input: { ...base.input, all: async () => Buffer.from(input) } });
    let code: string | undefined;
    try {
      await runWords(words, COMMANDS, context);
    } catch (error) {
      if (!isSampanError(error)) throw error;
      code = error.code;
    }
    return { stdout: context.stdout.text(), stderr: context.stderr.text(), code };
  };
  return { cwd, run, read: (name: string) => readFileSync(join(cwd, name), 'utf8') };
}

const FAT = 'FROM alpine:3.22\nRUN apk add tini # none\nUSER 1:1\nHEALTHCHECK NONE\nCMD ["tini", "date"]\n';
const BROKEN = 'FROM a:1\nRNU b\n';

describe('sampan lint', () => {
  test('finds files below a directory, but not in those of others, and not through symlinks', async t => {
    const { cwd, run } = project(t, {
      Dockerfile: FAT,
      'a/api.Dockerfile': FAT,
      'a/compose.yml': 'services: {}',
      'node_modules/x/Dockerfile': FAT,
      'a/notes.md': '',
    });
    symlinkSync('.', join(cwd, 'a', 'loop'));
    const { files } = JSON.parse((await run(['lint', '--json'])).stdout);
    deepEqual(
      files.map(({ path }: { path: string }) => path),
      ['Dockerfile', 'a/api.Dockerfile', 'a/compose.yml'],
    );
    equal((await run(['lint', '**/*.Dockerfile'])).stdout.startsWith('a/api.Dockerfile\n'), true);
  });
  test('warnings do not fail unless asked for; errors do', async t => {
    const { run } = project(t, { Dockerfile: FAT, broken: BROKEN });
    equal((await run(['lint', 'Dockerfile'])).code, undefined);
    equal((await run(['lint', 'Dockerfile', '--fail-on', 'warning'])).code, 'unproven');
    const broken = await run(['lint', 'broken']);
    equal(broken.code, 'unproven');
    match(broken.stdout, /2:1 +error +unknown instruction RNU; did you mean RUN\? \(syntax\)/);
    equal((await run(['lint', 'broken', '--fail-on', 'never'])).code, undefined);
  });
  test('--fix mends the file, keeps its mode and prints the difference; --dry-run only prints', async t => {
    const { cwd, run, read } = project(t, { Dockerfile: FAT });
    const dry = await run(['lint', '--fix', '--dry-run']);
    match(dry.stdout, /^-RUN apk add tini # none\n\+RUN apk add --no-cache tini # none\n/m);
    equal(read('Dockerfile'), FAT);
    const { mode } = statSync(join(cwd, 'Dockerfile'));
    equal((await run(['lint', '--fix'])).stdout, dry.stdout);
    equal(read('Dockerfile'), FAT.replace('add', 'add --no-cache'));
    equal(statSync(join(cwd, 'Dockerfile')).mode, mode);
    deepEqual(readdirSync(cwd), ['Dockerfile']);
    equal((await run(['lint', '--fix'])).stdout, '');
  });
  test('--fix leaves a file with syntax errors alone', async t => {
    const { run, read } = project(t, { Dockerfile: `${FAT}RNU x\n` });
    equal((await run(['lint', '--fix'])).code, 'unproven');
    equal(read('Dockerfile'), `${FAT}RNU x\n`);
  });
  test('reads standard input, whatever it holds', async t => {
    const { run } = project(t, {});
    match((await run(['lint', '-'], FAT)).stdout, /^stdin\n {2}2:5 +warning/);
    match(
      (await run(['lint', '-'], 'services:\n  a:\n    image: b:1\n    privileged: true\n')).stdout,
      /compose-privileged/,
    );
    equal((await run(['lint', '-', '--fix'], FAT)).code, 'usage');
    match((await run(['lint', '-', '--fix', '--dry-run'], FAT)).stdout, /--no-cache/);
  });
  test('follows .sampan.yaml of a directory above', async t => {
    const config = 'lint:\n  rules: { apk-no-cache: off }\n  exclude: [old]\n  fail-on: info\n';
    const { run } = project(t, {
      '.sampan.yaml': config,
      Dockerfile: FAT,
      'old/Dockerfile': FAT,
      'bad.yaml': 'lint: 3',
    });
    const { stdout, stderr, code } = await run(['lint']);
    equal(stdout, '');
    match(stderr, /^nothing found in 1 file\n$/);
    equal(code, undefined);
    equal((await run(['lint', 'old/Dockerfile', '--config', 'bad.yaml'])).code, 'usage');
  });
  test('a .dockerignore beside the file counts', async t => {
    const copy = 'FROM a:1\nCOPY . /app\n';
    const { run } = project(t, { 'a/Dockerfile': copy, 'b/Dockerfile': copy, 'b/.dockerignore': '.git\n' });
    match((await run(['lint', 'a'])).stdout, /\(dockerignore\)/);
    equal((await run(['lint', 'b'])).stdout, '');
  });
  test('files that are no text, too long, or not there are told, and do not hide the others', async t => {
    const { cwd, run } = project(t, {
      Dockerfile: FAT,
      'bin.Dockerfile': 'FROM a\0',
      'latin.Dockerfile': '',
      'huge.Dockerfile': '',
    });
    writeFileSync(join(cwd, 'latin.Dockerfile'), Buffer.from([0x46, 0xff, 0xfe]));
    truncateSync(join(cwd, 'huge.Dockerfile'), 50 << 20);
    const { stdout, code } = await run(['lint']);
    equal(code, 'unproven');
    match(stdout, /bin\.Dockerfile is no text file/);
    match(stdout, /latin\.Dockerfile is no text file: it is not UTF-8/);
    match(stdout, /huge\.Dockerfile has more than the \d+ bytes that are read/);
    match(stdout, /apk-no-cache/);
    equal((await run(['lint', 'gone'])).code, 'not-found');
    equal((await run(['lint', 'gone*'])).code, 'not-found');
    equal((await run(['lint', '--dry-run'])).code, 'usage');
  });
  test('what a file holds cannot move the cursor', async t => {
    const { run } = project(t, { Dockerfile: 'FROM a\x1b[2J\nB\x1b[31mAD x\n' });
    const { stdout } = await run(['lint']);
    ok(!stdout.includes('\x1b'));
  });
});

describe('sampan init', () => {
  test('writes a Dockerfile and .dockerignore that lint finds nothing in, and overwrites neither', async t => {
    const { run, read } = project(t, { 'go.mod': 'module example.com/meter\ngo 1.25\n' });
    equal(
      (await run(['init', '--port', '8080', '--zone', 'Europe/Berlin'])).stdout,
      'Dockerfile\n.dockerignore\n',
    );
    match(read('Dockerfile'), /ARG ZONE=Europe\/Berlin/);
    const linted = await run(['lint', '--fail-on', 'info']);
    equal(linted.stdout + String(linted.code), 'undefined');
    equal((await run(['init'])).code, 'usage');
    match(read('Dockerfile'), /8080/);
    equal((await run(['init', '--force'])).code, undefined);
    equal(read('Dockerfile').includes('8080'), false);
  });
  test('--dry-run writes nothing; what is not recognised, and a zone that is none, is said', async t => {
    const { cwd, run } = project(t, { 'a/Cargo.toml': '[package]\nname = "x"\n', 'b/readme': '' });
    match((await run(['init', 'a', '--dry-run'])).stdout, /^==> Dockerfile <==\n# syntax/);
    deepEqual(readdirSync(join(cwd, 'a')), ['Cargo.toml']);
    equal((await run(['init', 'b'])).code, 'not-found');
    equal((await run(['init', 'gone'])).code, 'not-found');
    equal((await run(['init', 'a', '--zone', 'x; rm -rf /'])).code, 'usage');
    equal((await run(['init', 'a', '--port', '99999'])).code, 'usage');
  });
});
