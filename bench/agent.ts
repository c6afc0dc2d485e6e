import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark, Measurement, MeasureOptions } from './benchmark.ts';
import { IDLE_IMAGE, idleSite, SERVICES } from './idle.ts';
import { COMMAND } from './timed.ts';

const SETTLE_SECONDS = 30;
const WATCH_SECONDS = 120;
/** As the unit sets it. */
const LEAN = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };
const AGENTS = [
  { what: 'monitor alone', modules: 'monitor', most: 50 },
  { what: 'all modules', modules: 'apply,config,devices,health,http,logs,monitor,trace', most: 60 },
] as const;

/** What an agent costs that watches ten containers, as a single executable, beside `docker stats`. */
export const agentBenchmark: Benchmark = {
  name: 'agent',
  summary: `the agent watches ${SERVICES} containers each 5 s for ${WATCH_SECONDS} s, beside docker stats with its engine`,
  async measure({ directory }: MeasureOptions): Promise<readonly Measurement[]> {
    const site = idleSite(directory, 'bench-agent');
    const env = { ...process.env, XDG_DATA_HOME: join(directory, 'data') };
    const sampan = (...words: readonly string[]): void =>
      void execFileSync(COMMAND, words, { cwd: site, env, stdio: 'ignore' });
    try {
      sampan('up');
      const stats = await dockerStats();
      const found: Measurement[] = [];
      for (const agent of AGENTS) found.push(...(await watch(agent, { site, env, stats })));
      return found;
    } finally {
      sampan('down');
      execFileSync('docker', ['rmi', '--force', IDLE_IMAGE], { stdio: 'ignore' });
    }
  },
};

interface Cost {
  readonly megabytes: number;
  /** Of these, what belongs to the process alone; the rest are pages of files. */
  readonly ownMegabytes: number;
  /** Of one core. */
  readonly percent: number;
}

async function watch(
  { what, modules, most }: (typeof AGENTS)[number],
  { site, env, stats }: { readonly site: string; readonly env: NodeJS.ProcessEnv; readonly stats: Cost },
): Promise<readonly Measurement[]> {
  const settings = join(site, 'agent.yaml');
  const socket = `http: {socket: ${join(site, 'agent.sock')}}`;
  const chosen = modules.split(',').map(name => (name === 'http' ? socket : `${name}: `));
  writeFileSync(settings, `projects: [compose.yaml]\nmodules: {${chosen.join(', ')}}\n`);
  const executable = join(site, 'agent');
  execFileSync(COMMAND, ['agent', 'build', '--modules', modules, '--output', executable], {
    env,
    stdio: 'ignore',
  });
  const child = spawn(executable, ['agent', 'run', '--settings', settings], {
    cwd: site,
    env: { ...env, ...LEAN },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const readySeconds = await readyAfter(child);
    const cost = await costOf([child.pid ?? 0]);
    const beside = { against: 'docker stats', theirs: stats.megabytes };
    return [
      { name: `${what}: memory`, unit: 'MB', ours: cost.megabytes, most },
      { name: `${what}: memory of its own`, unit: 'MB', ours: cost.ownMegabytes },
      { name: `${what}: memory`, unit: 'MB', ours: cost.megabytes, ...beside },
      { name: `${what}: of one core`, unit: '%', ours: cost.percent, most: 0.5 },
      { name: `${what}: of one core`, unit: '%', ours: cost.percent, ...beside, theirs: stats.percent },
      { name: `${what}: ready`, unit: 's', ours: readySeconds, most: 0.5 },
    ];
  } finally {
    child.kill('SIGTERM');
    await new Promise(resolve => child.once('close', resolve));
  }
}

/** What `docker stats` costs: its client, and what its engine uses meanwhile. Memory is that of the client alone. */
async function dockerStats(): Promise<Cost> {
  const engine = enginePid();
  const child = spawn('docker', ['stats'], { stdio: 'ignore' });
  try {
    const client = child.pid ?? 0;
    return await costOf(engine === undefined ? [client] : [client, engine]);
  } finally {
    child.kill();
  }
}

/** Of some processes over a while, when they have settled; memory of the first. */
async function costOf(pids: readonly number[]): Promise<Cost> {
  const seconds = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  await sleep(SETTLE_SECONDS * 1000);
  const before = seconds();
  await sleep(WATCH_SECONDS * 1000);
  const percent = ((seconds() - before) / WATCH_SECONDS) * 100;
  const rollup = readFileSync(`/proc/${pids[0]}/smaps_rollup`, 'latin1');
  const megabytes = (key: string): number =>
    (Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1]) * 1024) / 1e6;
  return { megabytes: megabytes('Rss'), ownMegabytes: megabytes('Anonymous'), percent };
}

const TICKS = 100;

/** Of `/proc/PID/stat`: processor time in ticks (fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** The daemon that listens on the socket of `DOCKER_HOST`, or the only one. */
function enginePid(): number | undefined {
  const host = process.env.DOCKER_HOST ?? '';
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .find(pid => {
      try {
        const [program = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        return program.endsWith('dockerd') && (host === '' || words.some(word => word.endsWith(host)));
      } catch {
        return false;
      }
    });
}

async function readyAfter(child: ChildProcess): Promise<number> {
  const start = performance.now();
  for await (const chunk of child.stderr ?? []) if (String(chunk).includes('the agent runs')) break;
  return (performance.now() - start) / 1000;
}
