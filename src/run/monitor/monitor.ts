import type { AgentHost, AgentModule, ModuleAnswer, ModuleCall, RunningModule } from '../module/index.ts';
import { followContainers } from './containers.ts';
import { decodeSnapshot, encodeSnapshot } from './history/index.ts';
import { smallFiles } from './read/index.ts';
import { type ContainerNow, DEVICE_KEY, openSampler, type Sampler } from './sampler.ts';
import { type MonitorSettings, monitorSettings } from './settings.ts';
import { openThresholds, type Thresholds } from './thresholds.ts';

const SNAPSHOT = 'history.zst';
/** Rarely: a day of history of ten containers is some 100 kB, and flash wears. */
const SNAPSHOT_MS = 12 * 3_600_000;

/** Watches containers and the device at almost no cost: it reads counters of the kernel, and asks the engine only what runs. */
export const monitorModule: AgentModule = {
  name: 'monitor',
  start: async host => {
    const settings = monitorSettings(host.settings);
    const read = smallFiles();
    const sampler = openSampler({ read, ...settings });
    const saved = await host.state.read(SNAPSHOT);
    if (saved !== undefined) sampler.restore(decodeSnapshot(saved));
    const live = followContainers(host, read);
    const thresholds = openThresholds(host.bus);
    const kills = new Map<string, number>();
    let isEnding = false;
    let savedMs = host.monotonic();
    const save = async (): Promise<void> => {
      savedMs = host.monotonic();
      await host.state.write(SNAPSHOT, encodeSnapshot(sampler.histories()));
    };
    const run = async (): Promise<void> => {
      while (!isEnding) {
        sampler.sample(live.all(), host.now(), host.monotonic());
        check(sampler, settings, thresholds);
        tellKills(sampler.containers(), kills, host);
        if (host.monotonic() - savedMs >= SNAPSHOT_MS) await save();
        await host.sleep(settings.intervalMs);
      }
    };
    const running = run().catch(() => {});
    return runningMonitor(sampler, async () => {
      isEnding = true;
      await live[Symbol.asyncDispose]();
      await save();
      void running;
    });
  },
};

function runningMonitor(sampler: Sampler, end: () => Promise<void>): RunningModule {
  return {
    status: () => ({ containers: sampler.containers(), device: sampler.device() }),
    metrics: () => sampler.metrics(),
    answer: async call => historyOf(sampler, call),
    [Symbol.asyncDispose]: end,
  };
}

/** `history/NAME?range=day&after=SECONDS`; without a name the device. */
function historyOf(sampler: Sampler, { method, path, query }: ModuleCall): ModuleAnswer | undefined {
  const match = /^history(?:\/([^/]+))?$/.exec(path);
  if (method !== 'GET' || match === null) return undefined;
  const history = sampler.history(match[1] === undefined ? DEVICE_KEY : decodeURIComponent(match[1]));
  // A container that has just started is not known yet, and one that has gone not any more: nothing is known of it.
  if (history === undefined) return { status: 200, json: { times: [], values: {} } };
  const after = Number(query.get('after') ?? Number.NEGATIVE_INFINITY);
  const json = query.get('range') === 'day' ? history.coarse(after) : history.fine(after);
  return { status: 200, json };
}

/** Processes that the kernel killed for a memory limit, also where the first process lives on. */
function tellKills(
  containers: readonly ContainerNow[],
  kills: Map<string, number>,
  { bus }: AgentHost,
): void {
  for (const { id, name, group } of containers) {
    const count = group?.oomKills;
    if (count === undefined) continue;
    const before = kills.get(id);
    kills.set(id, count);
    if (before === undefined || count <= before) continue;
    const text = `${name}: ${count - before} of its processes used more memory than its limit and were killed`;
    bus.tell({
      from: 'monitor',
      kind: 'container.oom',
      severity: 'error',
      text,
      data: { container: name, kills: count - before },
    });
  }
}

function check(sampler: Sampler, { thresholds: limits }: MonitorSettings, thresholds: Thresholds): void {
  for (const { name, group } of sampler.containers()) {
    const memory = part(group?.workingSetBytes, group?.memoryLimitBytes);
    thresholds.check(`${name}/memory`, part(memory, limits.memory), {
      kind: 'threshold.memory',
      text: `${name} uses ${percent(memory)} of its memory limit`,
      data: { container: name, share: memory ?? 0 },
    });
    const processes = part(group?.processes, group?.processLimit);
    thresholds.check(`${name}/processes`, part(processes, limits.processes), {
      kind: 'threshold.processes',
      text: `${name} has ${percent(processes)} of the processes that it may have`,
      data: { container: name, share: processes ?? 0 },
    });
  }
  const device = sampler.device();
  for (const { path, totalBytes, freeBytes, totalInodes, freeInodes } of device?.disks ?? []) {
    const used = part(totalBytes - freeBytes, totalBytes);
    thresholds.check(`${path}/disk`, part(used, limits.disk), {
      kind: 'threshold.disk',
      text: `${path} is ${percent(used)} full`,
      data: { path, share: used ?? 0 },
    });
    const inodes = part(totalInodes - freeInodes, totalInodes);
    thresholds.check(`${path}/inodes`, part(inodes, limits.inodes), {
      kind: 'threshold.inodes',
      text: `${path} has used ${percent(inodes)} of its inodes`,
      data: { path, share: inodes ?? 0 },
    });
  }
  for (const [zone, degrees] of Object.entries(device?.temperatures ?? {}))
    thresholds.check(`${zone}/temperature`, degrees / limits.temperature, {
      kind: 'threshold.temperature',
      text: `${zone} is at ${Math.round(degrees)} °C`,
      data: { zone, degrees },
    });
}

function part(value: number | undefined, whole: number | undefined): number | undefined {
  return value === undefined || whole === undefined || whole === 0 ? undefined : value / whole;
}

function percent(share: number | undefined): string {
  return `${Math.round((share ?? 0) * 100)} %`;
}
