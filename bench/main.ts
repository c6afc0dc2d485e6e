import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { agentBenchmark } from './agent.ts';
import type { Benchmark, Measurement } from './benchmark.ts';
import { deltaBenchmark } from './delta.ts';
import { hotplugBenchmark } from './hotplug.ts';
import { inspectBenchmark } from './inspect.ts';
import { pageBenchmark } from './page.ts';
import { registryBenchmark } from './registry.ts';
import { serveBenchmark } from './serve.ts';
import { IMAGES, slimBenchmark } from './slim.ts';
import { startBenchmark } from './start.ts';
import { tableOf } from './table.ts';
import { tarBenchmark } from './tar.ts';
import { treeBenchmark } from './tree.ts';
import { upBenchmark } from './up.ts';

const BENCHMARKS: readonly Benchmark[] = [
  tarBenchmark,
  treeBenchmark,
  startBenchmark,
  inspectBenchmark,
  pageBenchmark,
  slimBenchmark,
  registryBenchmark,
  deltaBenchmark,
  serveBenchmark,
  upBenchmark,
  agentBenchmark,
  hotplugBenchmark,
];
const USAGE = `usage: make bench ARGS='[--runs N] [--json FILE] [--images NAME,…] [--build] [GROUP…]'   groups: ${BENCHMARKS.map(one => one.name).join(', ')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    json: { type: 'string' },
    images: { type: 'string' },
    build: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const { build } = values;
const images = values.images?.split(',');
const unknown = positionals.filter(name => !BENCHMARKS.some(one => one.name === name));
if (images?.some(name => !IMAGES.some(known => known === name))) unknown.push(...images);
if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1 || runs > 1000) {
  console.error(USAGE);
  process.exit(2);
}

const directory = mkdtempSync(join(tmpdir(), 'sampan-bench-'));
const results: Record<string, readonly Measurement[]> = {};
try {
  for (const one of BENCHMARKS) {
    if (positionals.length > 0 && !positionals.includes(one.name)) continue;
    console.log(`\n${one.name}: ${one.summary}`);
    const measured = await one.measure({ runs, directory, images, build });
    results[one.name] = measured;
    console.log(tableOf(measured));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
if (values.json !== undefined) {
  const machine = { cores: cpus().length, processor: cpus()[0]?.model ?? '', node: process.version };
  writeFileSync(values.json, `${JSON.stringify({ version: 1, machine, runs, results }, null, 2)}\n`);
}
