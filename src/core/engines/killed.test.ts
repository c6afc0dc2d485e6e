import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectDocker, listContainers, listImages } from '../docker/index.ts';
import { isSampanError } from '../errors/index.ts';
import { findProgram } from '../runc/index.ts';
import { RUN_LABEL, sweep } from '../work/index.ts';
import { BUSYBOX, makeTestRoot } from './test-root.ts';

const VICTIM = fileURLToPath(new URL('./test-victim.ts', import.meta.url));
/** Milliseconds from the call of `start`; `started` is when it has returned. */
const MOMENTS = [0, 15, 40, 80, 120, 'started'] as const;

for (const engine of ['runc', 'docker'] as const) {
  test(`what a process leaves that is killed with ${engine} is swept away, whenever it was killed`, async t => {
    const reason = await whyNot(engine);
    if (reason !== undefined) return t.skip(`${engine}: ${reason}`);
    using root = makeTestRoot();
    for (const moment of MOMENTS) {
      const base = mkdtempSync(join(tmpdir(), 'sampan-killed-'));
      await killAt(moment, [engine, base, root.path]);
      const ids = readdirSync(base).filter(name => !name.startsWith('.'));
      const reports = await Promise.all([sweep(base), sweep(base)]);
      assert.deepEqual(
        reports.flatMap(report => report.problems),
        [],
        `killed at ${moment}`,
      );
      assert.deepEqual(
        readdirSync(base).filter(name => !name.startsWith('.')),
        [],
      );
      for (const id of ids) assert.deepEqual(await remains(id, engine), [], `killed at ${moment}`);
      assert.deepEqual(await sweep(base), { removed: [], problems: [] });
      rmSync(base, { recursive: true });
    }
    assert.deepEqual(
      commandLines().filter(line => line.includes('sleep 1234')),
      [],
    );
  });
}

async function whyNot(engine: 'runc' | 'docker'): Promise<string | undefined> {
  if (BUSYBOX === undefined) return 'there is no busybox';
  if (engine === 'runc') {
    if (process.getuid?.() !== 0) return 'not root';
    return findProgram('runc', '/usr/sbin:/usr/bin:/sbin:/bin') === undefined ? 'not installed' : undefined;
  }
  try {
    await connectDocker({ host: process.env.DOCKER_HOST });
    return undefined;
  } catch (error) {
    if (isSampanError(error)) return error.message;
    throw error;
  }
}

async function killAt(moment: number | 'started', args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [VICTIM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const over = once(child, 'close');
  let text = '';
  child.stdout.on('data', chunk => {
    text += chunk;
  });
  const awaited = moment === 'started' ? 'started' : 'ready';
  while (!text.includes(awaited) && child.exitCode === null) await sleep(2);
  if (moment !== 'started') await sleep(moment);
  child.kill('SIGKILL');
  await over;
}

async function remains(id: string, engine: 'runc' | 'docker'): Promise<readonly string[]> {
  const processes = commandLines().filter(line => line.includes(id));
  const groups = readdirSync('/sys/fs/cgroup', { recursive: false, encoding: 'utf8' })
    .flatMap(name => [`/sys/fs/cgroup/${name}`, `/sys/fs/cgroup/${name}/sampan-${id}`])
    .filter(path => path.endsWith(`sampan-${id}`) && isThere(path));
  if (engine === 'runc') return [...processes, ...groups];
  const docker = await connectDocker({ host: process.env.DOCKER_HOST });
  const label = `${RUN_LABEL}=${id}`;
  const made = [...(await listContainers(docker, { label })), ...(await listImages(docker, { label }))];
  return [...processes, ...groups, ...made.map(one => one.id)];
}

function isThere(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}
