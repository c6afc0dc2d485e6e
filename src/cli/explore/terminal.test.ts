import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { digestOf } from '../../core/bytes/index.ts';
import { tarOf } from '../../core/store/testing/index.ts';

const SAMPAN = fileURLToPath(new URL('../../../bin/sampan', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'sampan-explore-'));
const socket = join(directory, 'tmux');
const hasTmux = spawnSync('tmux', ['-V']).error === undefined;

function tmux(...words: string[]): string {
  return execFileSync('tmux', ['-S', socket, ...words], { encoding: 'utf8' });
}

/** What is on the terminal, once it fits; after a while it fails with what is there. */
async function seen(wanted: RegExp, flags: readonly string[] = []): Promise<string> {
  let text = '';
  for (let i = 0; i < 400; i += 1) {
    text = tmux('capture-pane', '-p', ...flags);
    if (wanted.test(text)) return text;
    await sleep(50);
  }
  match(text, wanted);
  return text;
}

/** A Docker archive of one layer. */
function writeImage(): string {
  const layer = tarOf([
    { path: 'app/main', content: 'x'.repeat(9000) },
    { path: 'var/cache/apk/APKINDEX.gz', content: 'y'.repeat(5000) },
  ]);
  const rootfs = { type: 'layers', diff_ids: [digestOf(layer)] };
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs });
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'] }]);
  const entries = [
    { path: 'config.json', content: config },
    { path: 'layer.tar', content: layer },
    { path: 'manifest.json', content: manifest },
  ];
  const file = join(directory, 'app.tar');
  writeFileSync(file, tarOf(entries));
  return file;
}

/** Starts the explorer in a shell that says how it ended, and what became of the terminal. */
async function start(env = ''): Promise<void> {
  const words = `clear; ${env} ${SAMPAN} inspect ${file} --explore; echo "ended $?"; stty -a | tr ' ;' '\\n\\n' | grep -x -e '-*icanon' -e '-*echo'`;
  tmux('send-keys', words, 'Enter');
  await seen(/All layers, 2 files/);
}

/** The terminal is as it was before. */
async function ended(status: number): Promise<void> {
  const text = await seen(new RegExp(`ended ${status}\n(?:icanon|echo)\n(?:icanon|echo)\n`));
  ok(!text.includes('-icanon') && !text.includes('-echo'), text);
  equal(tmux('display', '-p', '#{alternate_on} #{cursor_flag}').trim(), '0 1');
}

/** Colours that a captured screen has, other than those of the terminal itself (ECMA-48, "SGR"). */
function colours(screen: string): string[] {
  const codes = screen
    .split('\x1b[')
    .slice(1)
    .flatMap(part => part.split('m')[0]!.split(';'));
  return codes.filter(code => /^(?:[34][0-8]|9\d|10\d)$/.test(code));
}

const file = writeImage();

describe('the explorer in a terminal', {
  skip: hasTmux ? false : 'tmux is not installed (scripts/install test)',
}, () => {
  before(() => {
    const { NO_COLOR: _, ...rest } = process.env;
    const env = { ...rest, XDG_DATA_HOME: directory, LC_ALL: 'C.UTF-8', PS1: '$ ' };
    execFileSync(
      'tmux',
      ['-S', socket, '-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', 'sh'],
      { env },
    );
  });
  after(() => {
    tmux('kill-server');
    rmSync(directory, { recursive: true, force: true });
  });

  test('it fills 80×24, follows keys and another size, and q gives the terminal back', async () => {
    await start();
    match(await seen(/q quit/), /^ \S+ +14\.0 kB, .*efficiency 100\.0 %/);
    tmux('send-keys', 'Tab', 'Down', 'Space');
    await seen(/ ▾ var\/\n/);
    tmux('send-keys', '/', 'z', 'z');
    await seen(/nothing to show/);
    tmux('send-keys', 'Escape');
    await seen(/\/var\n/);
    tmux('resize-window', '-x', '120', '-y', '40');
    await seen(/c r u w show {2}f findings {2}l compare {2}b rights/);
    tmux('resize-window', '-x', '80', '-y', '24');
    tmux('send-keys', 'q');
    await ended(0);
  });

  test('ctrl+c gives the terminal back', async () => {
    await start();
    tmux('send-keys', 'C-c');
    await ended(130);
  });

  test('SIGTERM gives the terminal back', async () => {
    await start();
    const shell = tmux('display', '-p', '#{pane_pid}').trim();
    const child = execFileSync('ps', ['-o', 'pid=', '--ppid', shell], { encoding: 'utf8' }).trim();
    process.kill(Number(child), 'SIGTERM');
    await ended(130);
  });

  test('colours are used, and with NO_COLOR none', async () => {
    await start();
    tmux('send-keys', 'Down');
    ok(colours(await seen(/Layer 1/, ['-e'])).length > 0);
    tmux('send-keys', 'q');
    await ended(0);
    await start('NO_COLOR=1');
    tmux('send-keys', 'Down');
    deepEqual(colours(await seen(/Layer 1/, ['-e'])), []);
    tmux('send-keys', 'q');
    await ended(0);
  });

  test('without a locale for more, only ASCII is written', async () => {
    await start('LC_ALL=C');
    match(await seen(/q quit/), /^[\x20-\x7e\n]*$/);
    tmux('send-keys', 'q');
    await ended(0);
  });

  test('a dumb terminal is refused plainly', async () => {
    tmux('send-keys', `clear; TERM=dumb ${SAMPAN} inspect ${file} --explore; echo "ended $?"`, 'Enter');
    const text = await seen(/ended 2/);
    match(text, /^sampan: --explore needs a terminal that can move its cursor, and TERM is dumb\n/);
  });
});
