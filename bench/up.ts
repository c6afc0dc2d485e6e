import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, type Measurement, type MeasureOptions, median } from './benchmark.ts';
import { COMMAND, timed } from './timed.ts';

const IMAGE = 'sampan-bench/idle:1';
const SERVICES = 10;
const WATCH_SECONDS = 30;
const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path));

/** What `up` costs beside the engine itself, and what an agent costs that watches ten containers. */
export const upBenchmark: Benchmark = {
  name: 'up',
  summary: `${SERVICES} services: up from nothing beside the engine's own times, up when all is right, and the agent that watches them`,
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    if (BUSYBOX === undefined) throw new Error('there is no static busybox');
    makeImage(directory);
    const site = join(directory, 'bench-site');
    mkdirSync(site, { recursive: true });
    const service = `{image: "${IMAGE}", stop_grace_period: 0s, restart: "no"}`;
    const services = Array.from({ length: SERVICES }, (_, index) => `  s${index}: ${service}`);
    writeFileSync(join(site, 'compose.yaml'), `services:\n${services.join('\n')}\n`);
    const env = { ...process.env, XDG_DATA_HOME: join(directory, 'data') };
    const sampan = (...words: readonly string[]): void =>
      void execFileSync(COMMAND, words, { cwd: site, env, stdio: 'ignore' });
    try {
      const times = Math.min(runs, 3);
      const nothing: number[] = [];
      for (let run = 0; run < times; run++) {
        sampan('down');
        nothing.push(seconds(() => sampan('up', '--quiet')));
      }
      const right = timed(times, [COMMAND, 'up', '--quiet', '-f', join(site, 'compose.yaml')], {
        directory: site,
        env,
      });
      const watched = await watch(site, env);
      sampan('down');
      const engine = median(Array.from({ length: times }, engineAlone));
      return [
        {
          name: 'up from nothing',
          unit: 's',
          ours: median(nothing),
          against: 'docker create and start, one by one',
          theirs: engine,
          most: 1.3,
        },
        { name: 'up when all is right', unit: 's', ours: right.seconds, most: 1 },
        ...watched,
      ];
    } finally {
      sampan('down');
      execFileSync('docker', ['rmi', '--force', IMAGE], { stdio: 'ignore' });
    }
  },
};

function makeImage(directory: string): void {
  const root = mkdtempSync(join(directory, 'root-'));
  mkdirSync(join(root, 'bin'));
  execFileSync('cp', [BUSYBOX ?? '', join(root, 'bin/busybox')]);
  execFileSync(
    'sh',
    ['-c', `tar -C ${root} -c . | docker import --change 'CMD ["/bin/busybox","sleep","100000"]' - ${IMAGE}`],
    { stdio: 'ignore' },
  );
}

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/** What the engine takes for the same containers, one after the other. */
function engineAlone(): number {
  const names = Array.from({ length: SERVICES }, (_, index) => `sampan-bench-${process.pid}-${index}`);
  const docker = (...words: readonly string[]): void =>
    void execFileSync('docker', words, { stdio: 'ignore' });
  const network = `sampan-bench-${process.pid}`;
  docker('network', 'create', network);
  try {
    return seconds(() => {
      for (const name of names) {
        docker('create', '--init', '--memory', '64m', '--network', network, '--name', name, IMAGE);
        docker('start', name);
      }
    });
  } finally {
    docker('rm', '--force', ...names);
    docker('network', 'rm', network);
  }
}

/** Memory and processor time of an agent over half a minute. */
async function watch(site: string, env: NodeJS.ProcessEnv): Promise<readonly Measurement[]> {
  const found: Measurement[] = [];
  for (const [what, modules, most] of [
    ['agent, monitor alone', 'monitor', 50],
    ['agent, all modules', 'apply, config, devices, health, http, logs, monitor', 60],
  ] as const) {
    const settings = join(site, 'agent.yaml');
    writeFileSync(settings, `projects: [compose.yaml]\nmodules: [${modules}]\n`);
    const child = spawn(COMMAND, ['agent', 'run', '--settings', settings], {
      cwd: site,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const readyMs = await readyAfter(child);
      await sleep(5000);
      const before = usageOf(child.pid ?? 0);
      await sleep(WATCH_SECONDS * 1000);
      const after = usageOf(child.pid ?? 0);
      const share = ((after.cpuSeconds - before.cpuSeconds) / WATCH_SECONDS) * 100;
      found.push(
        { name: `${what}: memory`, unit: 'MB', ours: after.megabytes, most },
        { name: `${what}: of one core`, unit: '%', ours: share, most: 0.5 },
        { name: `${what}: ready`, unit: 's', ours: readyMs / 1000, most: 0.5 },
      );
    } finally {
      child.kill('SIGTERM');
      await new Promise(resolve => child.once('close', resolve));
    }
  }
  return found;
}

async function readyAfter(child: ReturnType<typeof spawn>): Promise<number> {
  const start = performance.now();
  for await (const chunk of child.stderr ?? []) if (String(chunk).includes('the agent runs')) break;
  return performance.now() - start;
}

const TICKS = 100;

/** Of `/proc/PID`: resident memory, and processor time in ticks (fields 14 and 15 of stat). */
function usageOf(pid: number): { readonly megabytes: number; readonly cpuSeconds: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return {
    megabytes: (Number(resident) * 1024) / 1e6,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}
