import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SAMPLE_COMMANDS } from '../testing/index.ts';
import { completionScript, type Shell } from './index.ts';

async function writeScript(t: TestContext, shell: Shell): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-completion-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, `sampan.${shell}`);
  writeFileSync(file, await completionScript(shell, SAMPLE_COMMANDS));
  return file;
}

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

const BASH_CASES: readonly (readonly [string, readonly string[]])[] = [
  ['sampan sh', ['shrink']],
  ['sampan shrink --le', ['--level']],
  ['sampan shrink --level t', ['tight']],
  ['sampan shrink --json --st', ['--start-timeout']],
  ['sampan shrink --memory 6', []],
];

test('bash completes commands, options and the values of options', async t => {
  if (!has('bash')) return t.skip('bash is not installed');
  const file = await writeScript(t, 'bash');
  for (const [line, wanted] of BASH_CASES) {
    const words = line.split(' ');
    const script = `source ${file}; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _sampan; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    equal(stderr, '');
    deepEqual(
      stdout.split('\n').filter(reply => reply !== ''),
      wanted,
      line,
    );
  }
});

for (const shell of ['zsh', 'fish'] as const) {
  test(`${shell} can read its script`, async t => {
    if (!has(shell)) return t.skip(`${shell} is not installed`);
    const { status, stderr } = spawnSync(shell, ['-n', await writeScript(t, shell)], { encoding: 'utf8' });
    equal(stderr, '');
    equal(status, 0);
  });
}
