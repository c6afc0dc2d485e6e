import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  connectDocker,
  containerIds,
  type Docker,
  engineInfo,
  importImage,
  listNetworks,
  listVolumes,
  removeContainer,
  removeImage,
  removeNetwork,
  removeVolume,
} from '../../../core/docker/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { tarEnd, tarHeader, tarPadding } from '../../../core/tar/index.ts';
import { type Project, readProject } from '../../compose/index.ts';
import { currentOf } from '../current/index.ts';
import { type ExecuteContext, execute, type ServiceOutcome, type SuperviseEvent } from '../execute/index.ts';
import { type Plan, type PlanOptions, planOf } from '../plan/index.ts';
import { LABELS, type Wanted, type WantedOptions, wantedOf } from '../wanted/index.ts';

/** A project on a real engine, gone after the test. */
export interface Bench {
  readonly docker: Docker;
  readonly name: string;
  readonly directory: string;
  /** Tags of one image with busybox, each another image: `IMAGE:1`, `IMAGE:2`. */
  readonly image: string;
  project(text: string): Project;
  wanted(text: string, more?: Partial<WantedOptions>): Promise<Wanted>;
  plan(text: string, options?: PlanOptions): Promise<Plan>;
  /** Reads, plans and does. */
  up(
    text: string,
    options?: PlanOptions & Partial<ExecuteContext>,
  ): Promise<{ readonly outcomes: readonly ServiceOutcome[]; readonly events: readonly SuperviseEvent[] }>;
}

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path));
const APPLETS = [
  'sh',
  'cat',
  'echo',
  'sleep',
  'true',
  'false',
  'httpd',
  'wget',
  'ls',
  'touch',
  'rm',
  'id',
  'dd',
  'kill',
  'stat',
  'trap',
  'yes',
];

/** Opens a project of its own; a reason when there is no engine, or nothing to run in it. */
export async function openBench(
  t: Pick<TestContext, 'after'>,
  host = process.env.DOCKER_HOST,
): Promise<Bench | string> {
  if (BUSYBOX === undefined) return 'there is no static busybox';
  let docker: Docker;
  try {
    docker = await connectDocker({ host });
  } catch (error) {
    if (isSampanError(error)) return error.message;
    throw error;
  }
  const directory = mkdtempSync(join(tmpdir(), 'sampan-up-'));
  const name = `sampan-test-${process.pid}-${directory
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;
  const image = `sampan-test/${name}`;
  t.after(async () => {
    await clear(docker, name);
    for (const tag of ['1', '2']) await removeImage(docker, `${image}:${tag}`, { force: true });
    rmSync(directory, { recursive: true, force: true });
  });
  for (const tag of ['1', '2']) {
    const changes = [`LABEL version=${tag}`, 'CMD ["sleep", "1000"]', 'VOLUME /kept'];
    await importImage(docker, tarOfBusybox(), { repository: image, tag, changes });
  }
  return benchOf({ docker, name, directory, image });
}

async function* tarOfBusybox(): AsyncGenerator<Uint8Array> {
  const common = { uid: 0, gid: 0, mtime: 1 };
  for (const path of ['bin', 'tmp', 'etc', 'data', 'dev', 'proc', 'sys', 'kept'])
    yield tarHeader({ ...common, path, type: 'directory', mode: 0o755, size: 0 });
  const bytes = readFileSync(BUSYBOX ?? '');
  yield tarHeader({ ...common, path: 'bin/busybox', type: 'file', mode: 0o755, size: bytes.length });
  yield bytes;
  yield tarPadding(bytes.length);
  for (const applet of APPLETS)
    yield tarHeader({
      ...common,
      path: `bin/${applet}`,
      type: 'symlink',
      linkPath: 'busybox',
      mode: 0o777,
      size: 0,
    });
  yield tarEnd();
}

/** Removes all that a project has made. */
async function clear(docker: Docker, project: string): Promise<void> {
  const label = `${LABELS.project}=${project}`;
  for (const id of await containerIds(docker, { labels: [label] })) await removeContainer(docker, id);
  for (const { id } of await listNetworks(docker, { label })) await removeNetwork(docker, id);
  for (const { name } of await listVolumes(docker, { label })) await removeVolume(docker, name);
}

function benchOf(base: Pick<Bench, 'docker' | 'name' | 'directory' | 'image'>): Bench {
  const { docker, name, directory, image } = base;
  const project = (text: string): Project =>
    readProject([join(directory, 'compose.yaml')], {
      files: { read: () => text.replaceAll('IMAGE', image), real: path => path },
      variables: () => undefined,
      home: '/root',
      name,
    });
  const wanted: Bench['wanted'] = async (text, more = {}) =>
    wantedOf(project(text), { machine: await engineInfo(docker), ...more });
  const plan: Bench['plan'] = async (text, options) => {
    const all = await wanted(text);
    return planOf(all, await currentOf(docker, all), options);
  };
  return {
    ...base,
    project,
    wanted,
    plan,
    up: async (text, options = {}) => {
      const all = await wanted(text);
      const events: SuperviseEvent[] = [];
      const context: ExecuteContext = {
        docker,
        wanted: all,
        signal: new AbortController().signal,
        fetchImage: async ({ reference }) => Promise.reject(new Error(`${reference} is not there`)),
        report: event => events.push(event),
        sleep: (ms, signal) =>
          new Promise((resolve, reject) => {
            signal.throwIfAborted();
            setTimeout(resolve, ms);
            signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          }),
        now: Date.now,
        monotonic: () => performance.now(),
        ...options,
      };
      const outcomes = await execute(planOf(all, await currentOf(docker, all), options), context);
      return { outcomes, events };
    },
  };
}
