import { lstatSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startContainer, stopContainer } from '../src/core/docker/index.ts';
import { devicesModule } from '../src/run/devices/index.ts';
import { ftdi, openSite, type Site } from '../src/run/devices/testing/index.ts';
import { projectContainers } from '../src/run/supervise/index.ts';
import { type Benchmark, type Measurement, type MeasureOptions, median } from './benchmark.ts';

const TIMES = 50;
const FILE = `services: {app: {image: "IMAGE:1", stop_grace_period: 0s, x-sampan: {defaults: false, devices: [{usb: {vendor: "0403"}, as: /dev/sensor}]}}}`;

/** How long a container waits for a device that was plugged in again. */
export const hotplugBenchmark: Benchmark = {
  name: 'hotplug',
  summary: `from the event of the kernel to the node in a container that runs, ${TIMES} times, beside a restart of it`,
  async measure(_: MeasureOptions): Promise<readonly Measurement[]> {
    const ends: (() => unknown)[] = [];
    const site = await openSite({
      after: end => void ends.push(() => Reflect.apply(end ?? (() => {}), undefined, [])),
    });
    if (typeof site === 'string') return [{ name: 'hotplug', unit: 's', ours: 0, note: site }];
    try {
      return await measured(site);
    } finally {
      for (const end of ends) await end();
    }
  },
};

async function measured(site: Site): Promise<readonly Measurement[]> {
  site.machine.plug(ftdi({ port: '1-1' }));
  const [outcome] = await site.up(FILE);
  if (outcome?.error !== undefined) throw outcome.error;
  const [container] = await projectContainers(site.bench.docker, site.bench.name);
  const { pid = 0, id = '' } = container ?? {};
  const path = `/proc/${pid}/root/dev/sensor`;
  const times: number[] = [];
  {
    await using _ = await devicesModule.start(site.host);
    await sleep(1000);
    for (let number = 1; number <= TIMES; number++) {
      site.machine.unplug(ftdi({ port: '1-1' }).place);
      await until(() => !isThere(path), 5000);
      // At any moment between two looks at the count of events.
      await sleep(50 + ((number * 37) % 200));
      const start = performance.now();
      site.machine.plug(ftdi({ port: '1-1', number }));
      await until(() => isThere(path), 5000);
      times.push((performance.now() - start) / 1000);
    }
  }
  const start = performance.now();
  await stopContainer(site.bench.docker, id, { graceSeconds: 0 });
  await startContainer(site.bench.docker, id);
  const restart = (performance.now() - start) / 1000;
  const longest = Math.max(...times);
  return [
    { name: 'replugged, median', unit: 's', ours: median(times), most: 1 },
    { name: 'replugged, longest', unit: 's', ours: longest, most: 1 },
    { name: 'replugged, median', unit: 's', ours: median(times), against: 'restart', theirs: restart },
  ];
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path).isCharacterDevice();
  } catch {
    return false;
  }
}

async function until(check: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!check() && performance.now() < end) await sleep(1);
}
