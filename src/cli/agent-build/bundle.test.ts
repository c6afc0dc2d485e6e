import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { readVersion } from '../version/index.ts';
import { bundleAgent } from './bundle.ts';
import { nodeFor } from './node.ts';
import { rootFiles } from './root-files.ts';

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-agent-build-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('an agent has the modules that are chosen, and says what it lacks', async t => {
  const { code, costs } = await bundleAgent(['health']);
  deepEqual([...costs.keys()], ['health']);
  ok((costs.get('health') ?? 0) > 1000);
  const text = Buffer.from(code).toString('utf8');
  ok(text.includes('container.given-up'), 'the module health');
  ok(!text.includes('container_cpu_usage_seconds_total'), 'not the module monitor');
  const directory = scratch(t);
  const script = join(directory, 'agent.cjs');
  writeFileSync(script, code);
  const run = (...words: readonly string[]) =>
    spawnSync(process.execPath, ['--lite-mode', script, ...words], { encoding: 'utf8', cwd: directory });
  equal(run('--version').stdout.trim(), readVersion());
  writeFileSync(join(directory, 'agent.yaml'), 'modules: [monitor]\n');
  const { stderr, status } = run('agent', 'run', '--settings', 'agent.yaml');
  match(stderr, /built without the module monitor/);
  ok(status !== 0);
});

test('an image of an executable has its loader and libraries, and theirs', () => {
  const files = rootFiles(process.execPath, '/');
  const paths = files.map(({ path }) => path);
  deepEqual(paths, [...paths].sort());
  ok(paths.includes('sampan'));
  for (const name of ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1'])
    ok(
      paths.some(path => path.endsWith(`/${name}`)),
      name,
    );
  ok(
    paths.some(path => /^lib(64)?\/ld-linux/.test(path)),
    'the loader',
  );
});

test('a library that is not there is named', t => {
  const directory = scratch(t);
  throws(
    () => rootFiles(process.execPath, directory),
    error => isSampanError(error, 'not-found') && /there is no (lib|ld-)/.test(error.message),
  );
});

test('a platform that no agent runs on is refused', async t => {
  const options = { cache: scratch(t), signal: new AbortController().signal };
  await rejects(nodeFor({ os: 'linux', architecture: 'riscv64' }, options), error =>
    isSampanError(error, 'unsupported'),
  );
});
