import { equal, match } from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const TRIAL_APP = fileURLToPath(new URL('../testing/trial-app.ts', import.meta.url));
const SAMPAN = fileURLToPath(new URL('../../../bin/sampan', import.meta.url));

// Many short processes of the same sources: compiling them once is enough.
const cache = mkdtempSync(join(tmpdir(), 'sampan-compiled-'));
after(() => rmSync(cache, { recursive: true, force: true }));
const env = { ...process.env, NODE_COMPILE_CACHE: cache };

interface Ending {
  readonly status: number;
  readonly stdout: string | RegExp;
  readonly stderr: string | RegExp;
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  fine: { status: 0, stdout: 'result\n', stderr: /^Work …\nWork done: all of it \(\d+ ms\)\n$/ },
  'fine --quiet': { status: 0, stdout: 'result\n', stderr: '' },
  '-q fine': { status: 0, stdout: 'result\n', stderr: '' },
  missing: { status: 1, stdout: '', stderr: 'sampan: no image nginx\\x1b[2J\n  pull it first\n' },
  'missing --verbose': { status: 1, stdout: '', stderr: /pull it first\n {2}because: Error: deep\n$/ },
  unproven: { status: 3, stdout: '', stderr: 'sampan: the slim image does not answer\n' },
  bug: { status: 1, stdout: '', stderr: /^sampan: TypeError: x is not a function\n {2}this is a bug.*\n$/ },
  'bug -v': { status: 1, stdout: '', stderr: /at .*trial-app/ },
  wrapped: { status: 1, stdout: '', stderr: /^sampan: reading a file: bad index\n {2}this is a bug.*\n$/ },
  later: { status: 1, stdout: '', stderr: /^sampan: Error: thrown outside\n {2}this is a bug.*\n$/ },
  'fine --nope': {
    status: 2,
    stdout: '',
    stderr: 'sampan: unknown option --nope\n  see sampan fine --help\n',
  },
  fnie: { status: 2, stdout: '', stderr: 'sampan: unknown command fnie\n  did you mean fine?\n' },
  '': { status: 2, stdout: '', stderr: 'sampan: no command was given\n  see sampan --help\n' },
  '--nope': { status: 2, stdout: '', stderr: 'sampan: unknown option --nope\n  see sampan --help\n' },
  '--nope fine': { status: 2, stdout: '', stderr: /unknown option --nope/ },
  'fine --help': { status: 0, stdout: /^usage: sampan fine \[REST\.\.\.\] \[OPTIONS\]\n/, stderr: '' },
  big: { status: 0, stdout: /^y{3000000}\n$/, stderr: '' },
};

function holds(actual: string, wanted: string | RegExp): void {
  if (typeof wanted === 'string') equal(actual, wanted);
  else match(actual, wanted);
}

for (const [line, { status, stdout, stderr }] of Object.entries(ENDINGS)) {
  test(`'${line}' ends with ${status}`, () => {
    const words = line.split(' ').filter(word => word !== '');
    const ended = spawnSync(process.execPath, [TRIAL_APP, ...words], {
      encoding: 'utf8',
      maxBuffer: 1 << 23,
    });
    holds(ended.stderr, stderr);
    holds(ended.stdout, stdout);
    equal(ended.status, status);
  });
}

function startTrial(name: string): ChildProcess & { readonly text: { stdout: string; stderr: string } } {
  const child = spawn(process.execPath, [TRIAL_APP, name], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => {
    text.stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    text.stderr += chunk;
  });
  return Object.assign(child, { text });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} stops the work and ends with 130`, async () => {
    const child = startTrial('wait');
    await once(child.stdout!, 'data');
    child.kill(signal);
    const [status] = await once(child, 'close');
    equal(status, 130);
    equal(child.text.stderr, `sampan: interrupted by ${signal}\n`);
  });
}

test('work that does not stop is ended by the second signal', async () => {
  const child = startTrial('deaf');
  await once(child.stdout!, 'data');
  child.kill('SIGINT');
  await once(child.stdout!, 'data');
  child.kill('SIGINT');
  const [status] = await once(child, 'close');
  equal(status, 130);
});

test('a reader that goes away is no error, and the work goes on', async () => {
  const child = startTrial('flood');
  await once(child.stdout!, 'data');
  child.stdout!.destroy();
  const [status] = await once(child, 'close');
  equal(child.text.stderr, 'finished\n');
  equal(status, 0);
});

test('the real sampan starts, lists its commands and knows its version', () => {
  const help = spawnSync(SAMPAN, ['--help'], { encoding: 'utf8' });
  match(help.stdout, /usage: sampan COMMAND/);
  equal(help.status, 0);
  match(spawnSync(SAMPAN, ['--version'], { encoding: 'utf8' }).stdout, /^\d+\.\d+\.\d+\S*\n$/);
  match(spawnSync(SAMPAN, ['help', 'version'], { encoding: 'utf8' }).stdout, /^usage: sampan version/);
  const json: unknown = JSON.parse(spawnSync(SAMPAN, ['version', '--json'], { encoding: 'utf8' }).stdout);
  match(JSON.stringify(json), /"schema":"sampan\.version\/1","sampan":/);
});
