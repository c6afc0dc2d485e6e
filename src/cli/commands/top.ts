import { setTimeout as sleep } from 'node:timers/promises';
import { type Docker, engineEvents } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type CurrentContainer, LABELS, projectContainers } from '../../run/supervise/index.ts';
import { any, defineCommand, duration, flag } from '../command/index.ts';
import {
  checkServices,
  openEngine,
  openProject,
  PROJECT_OPTIONS,
  type TopSampler,
  topJson,
  topSampler,
  topTable,
} from '../compose/index.ts';
import type { Context } from '../context/index.ts';
import { writeJson } from '../output/index.ts';

const ONCE_MS = 1000;

/** `sampan top`. */
export const topCommand = defineCommand({
  description:
    'Shows what the containers of a project use: processor, memory, network, disk, processes. On a terminal it stays and draws the last minute; q or ^C ends it. Elsewhere, and with --once, it measures for a second and prints one table. The counters of the kernel are read directly, so watching costs the engine nothing.',
  arguments: { services: any({ description: 'only these services', complete: 'nothing' }) },
  options: {
    ...PROJECT_OPTIONS,
    interval: duration({ description: 'the time between two samples', default: '1s' }),
    once: flag({ description: 'one table, also on a terminal' }),
    json: flag({ description: 'print JSON, schema sampan.top/1' }),
  },
  examples: [{ line: 'top', explanation: 'the project of this directory, live' }],
  async run(context, { services, interval, once, json, ...values }) {
    const { project } = openProject(context, { ...values, profile: ['*'] });
    checkServices(project, services);
    const docker = await openEngine(context);
    const look = async (): Promise<readonly CurrentContainer[]> =>
      (await projectContainers(docker, project.name, context.signal))
        .filter(one => services.length === 0 || services.includes(one.service))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    const sampler = topSampler();
    if (context.terminal !== undefined && !once && !json)
      return await live(context, { docker, project: project.name, look, sampler, intervalMs: interval });
    const containers = await look();
    sampler.sample(containers, performance.now());
    await sleep(ONCE_MS, undefined, { signal: context.signal });
    const rows = sampler.sample(containers, performance.now());
    if (json) writeJson(context.stdout, 'sampan.top/1', { project: project.name, containers: topJson(rows) });
    else context.stdout.write(topTable(rows, context.stdout, { live: false }));
  },
});

interface Live {
  readonly docker: Docker;
  readonly project: string;
  readonly look: () => Promise<readonly CurrentContainer[]>;
  readonly sampler: TopSampler;
  readonly intervalMs: number;
}

const LEAST_MS = 200;

async function live(context: Context, { docker, project, look, sampler, intervalMs }: Live): Promise<void> {
  const { terminal, stdout } = context;
  if (terminal === undefined) return;
  const quit = new AbortController();
  const signal = AbortSignal.any([quit.signal, context.signal]);
  const pressed = (bytes: Buffer): void => {
    if (['q', 'Q', '\x03', '\x04', '\x1b'].includes(bytes.toString('latin1'))) quit.abort();
  };
  let containers = await look();
  const watching = watch(docker, project, signal, async () => {
    containers = await look();
  });
  terminal.input.setRawMode(true);
  terminal.input.on('data', pressed);
  // Another screen, without a cursor; what was there comes back. (xterm control sequences, "DECSET")
  stdout.write('\x1b[?1049h\x1b[?25l');
  try {
    while (!signal.aborted) {
      const rows = sampler.sample(containers, performance.now());
      const lines = `${project}  q ends\n\n${topTable(rows, stdout, { live: true })}`.trimEnd().split('\n');
      const shown = lines.slice(0, Math.max(1, (terminal.output.rows || 24) - 1));
      stdout.write(`\x1b[H${shown.map(line => `${line}\x1b[K\n`).join('')}\x1b[J`);
      await sleep(Math.max(LEAST_MS, intervalMs), undefined, { signal }).catch(() => {});
    }
  } finally {
    stdout.write('\x1b[?25h\x1b[?1049l');
    terminal.input.off('data', pressed);
    terminal.input.setRawMode(false);
    terminal.input.pause();
    quit.abort();
    await watching;
  }
}

/** The engine is asked again only when containers come and go. */
async function watch(
  docker: Docker,
  project: string,
  signal: AbortSignal,
  changed: () => Promise<void>,
): Promise<void> {
  const labels = [`${LABELS.project}=${project}`];
  while (!signal.aborted) {
    try {
      for await (const { action } of engineEvents(docker, { types: ['container'], labels, signal }))
        if (/^(start|die|destroy|rename|pause|unpause)$/.test(action)) await changed();
    } catch (error) {
      if (!isSampanError(error)) throw error;
    }
    await sleep(1000, undefined, { signal }).catch(() => {});
  }
}
