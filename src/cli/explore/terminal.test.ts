import { equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
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

function imageFile(): string {
  const layer = tarOf([
    { path: 'app/main', content: 'x'.repeat(9000) },
    { path: 'var/cache/apk/APKINDEX.gz', content: 'y'.repeat(5000) },
  ]);
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [] } });
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['layer.tar'] }]);
  const file = join(directory, 'app.tar');
  writeFileSync(
    file,
    tarOf([
      { path: 'config.json', content: config.replace('[]', JSON.stringify([`sha256:${sha256(layer)}`])) },
      { path: 'layer.tar', content: layer },
      { path: 'manifest.json', content: manifest },
    ]),
  );
  return file;
}
