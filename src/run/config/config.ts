import { isSampanError } from '../../core/errors/index.ts';
import type { Project } from '../compose/index.ts';
import type { AgentHost, AgentModule, ProjectPlace } from '../module/index.ts';
import { deliver, ruleOf } from './deliver.ts';
import { type DeviceConfig, formatDeviceDocument } from './device.ts';
import { deviceOfSource, type Fetch, type Kept } from './source.ts';
import { tellContainers } from './tell.ts';

/** A project that has a configuration source. */
export interface ConfigPlace {
  readonly directory: string;
  readonly source: string;
  readonly intervalMs: number;
}

/** What the module needs from outside. */
export interface ConfigTools {
  /** Where a project's configuration comes from; undefined when it has no source. @throws SampanError. */
  sourceOf(place: ProjectPlace): Promise<ConfigPlace | undefined>;
  /** The project with the values that the device has now. @throws SampanError. */
  open(place: ProjectPlace): Promise<Project>;
  readonly fetch: Fetch;
  /** The last good copy of a source. */
  keptOf(source: string, host: AgentHost): Kept;
  /** Where files of a project are delivered. */
  deliveryOf(name: string): string;
}

/** How one source stands. */
interface Watched {
  readonly place: ProjectPlace;
  readonly etag: { now: string | undefined };
  name: string;
  source: string;
  problem: string | undefined;
  /** The document in force, to see a change. */
  document: string | undefined;
  changedMs: number;
}

const SETTLE_MS = 60_000;

/** Follows the configuration sources of the projects, and brings each change to containers as their services say. */
export function configModule(tools: ConfigTools): AgentModule {
  return {
    name: 'config',
    start: async host => {
      const ending = new AbortController();
      const all = host.projects.map(
        (place): Watched => ({
          place,
          etag: { now: undefined },
          name: place.name ?? '',
          source: '',
          problem: undefined,
          document: undefined,
          changedMs: 0,
        }),
      );
      const work = Promise.allSettled(all.map(one => follow(one, { tools, host, signal: ending.signal })));
      return {
        status: () =>
          all.map(({ name, source, problem, changedMs }) => ({
            name,
            source: shown(source),
            problem,
            changedMs,
          })),
        [Symbol.asyncDispose]: async () => {
          ending.abort();
          await Promise.race([work, host.sleep(1000).catch(() => {})]);
        },
      };
    },
  };
}

/** A URL may have credentials. */
function shown(source: string): string {
  return source.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/s, '');
}

interface Following {
  readonly tools: ConfigTools;
  readonly host: AgentHost;
  readonly signal: AbortSignal;
}

async function follow(watched: Watched, following: Following): Promise<void> {
  const { host, signal } = following;
  while (!signal.aborted && !host.signal.aborted) {
    let waitMs = SETTLE_MS;
    try {
      waitMs = await look(watched, following);
    } catch (error) {
      if (!isSampanError(error)) throw error;
      if (error.code === 'cancelled') return;
      complain(watched, error.message, host);
    }
    await host.sleep(waitMs).catch(() => {});
  }
}

async function look(watched: Watched, { tools, host }: Following): Promise<number> {
  const place = await tools.sourceOf(watched.place);
  if (place === undefined) return SETTLE_MS;
  const { source, directory, intervalMs } = place;
  if (watched.source !== source) watched.etag.now = undefined;
  watched.source = source;
  const kept = tools.keptOf(source, host);
  watched.document ??= textOf(await kept.read());
  const { config, problem } = await deviceOfSource(source, {
    directory,
    fetch: tools.fetch,
    kept,
    etag: watched.etag,
  });
  if (problem !== undefined) complain(watched, `${problem}; the last good configuration stays`, host);
  else watched.problem = undefined;
  const document = textOf(formatDeviceDocument(config));
  const isChanged = document !== watched.document;
  await bring(watched, config, { tools, host, isChanged });
  // Only now: what fails on its way is tried again.
  watched.document = document;
  return intervalMs;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

function complain(watched: Watched, problem: string, { bus }: AgentHost): void {
  if (watched.problem === problem) return;
  watched.problem = problem;
  const data = { project: watched.name };
  bus.tell({ from: 'config', kind: 'config.wrong', severity: 'error', text: problem, data });
}

async function bring(
  watched: Watched,
  config: DeviceConfig,
  { tools, host, isChanged }: Pick<Following, 'tools' | 'host'> & { readonly isChanged: boolean },
): Promise<void> {
  const project = await tools.open(watched.place);
  watched.name = project.name;
  const directory = tools.deliveryOf(project.name);
  const done: string[] = [];
  for (const service of project.services.values()) {
    const rule = ruleOf(service);
    const delivered = await deliver(service, config, { directory, onlyMissing: false });
    if (!delivered.isChanged || rule === 'none' || rule === 'restart') continue;
    const told = rule === 'signal' ? await tellContainers(await host.docker(), project, service) : [];
    done.push(`${service.name}: ${rule === 'signal' ? `told ${told.join(', ') || 'nobody'}` : 'rewritten'}`);
  }
  if (!isChanged) return;
  watched.changedMs = host.now();
  host.bus.tell({
    from: 'config',
    kind: 'config.changed',
    severity: 'info',
    text: `${project.name} has a new configuration${done.length === 0 ? '' : `; ${done.join('; ')}`}`,
    data: { project: project.name },
  });
  await host.modules().get('apply')?.answer?.({
    method: 'POST',
    path: 'now',
    query: new URLSearchParams(),
    body: '',
    signal: host.signal,
  });
}
