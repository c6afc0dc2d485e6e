import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const TRIAL_APP = fileURLToPath(new URL('../testing/trial-app.ts', import.meta.url));

/** Runs on a pseudo-terminal, whose one stream is both outputs. */
function onTerminal(words: string, env: Readonly<Record<string, string>> = {}): string {
  const command = `${process.execPath} ${TRIAL_APP} ${words}`;
  const { NO_COLOR: _, ...rest } = process.env;
  return spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    env: { ...rest, TERM: 'xterm', ...env },
  }).stdout;
}

test('a terminal gets a live display, colours, and its cursor back', t => {
  if (spawnSync('script', ['--version']).error !== undefined)
    return t.skip('script (bsdutils) is not installed');
  const seen = onTerminal('fine');
  ok(seen.includes('\x1b[32m✓\x1b[39m Work'));
  equal(seen.lastIndexOf('\x1b[?25h') > seen.lastIndexOf('\x1b[?25l'), true);
});

test('NO_COLOR and a dumb terminal get no colours', t => {
  if (spawnSync('script', ['--version']).error !== undefined)
    return t.skip('script (bsdutils) is not installed');
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
    equal(onTerminal('missing', env).includes('\x1b['), false);
  }
});
