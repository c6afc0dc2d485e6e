import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectContainers } from '../../supervise/index.ts';
import { ch340, ftdi, openSite, type Site } from '../testing/index.ts';
import { devicesModule } from './module.ts';

const APP = (devices: string, more = ''): string =>
  `services: {app: {image: "IMAGE:1", stop_grace_period: 0s, ${more} x-sampan: {defaults: false, devices: ${devices}}}}`;
const SENSOR = '{usb: {vendor: "0403"}, as: /dev/sensor';
const STAT = ['stat', '-c', '%t:%T %a', '/dev/sensor'] as const;

const gone = (text: string): boolean => text.includes('No such file');

async function one({
  bench,
}: Site): Promise<{ readonly id: string; readonly status: string; readonly startedAt: string }> {
  const [first] = await projectContainers(bench.docker, bench.name);
  ok(first);
  return first;
}

// One after the other: as an agent does, each looks after all containers of the engine.
suite('devices of containers that run', { concurrency: 1 }, () => {
  const on = (title: string, run: (site: Site) => Promise<void>): void => {
    test(title, async t => {
      const site = await openSite(t);
      if (typeof site === 'string') return t.skip(site);
      await run(site);
    });
  };

  on(
    'are there at the start, and back under the same name when they were away, without a restart',
    async site => {
      const { machine, host } = site;
      machine.plug(ftdi({ port: '1-1' }));
      deepEqual(
        (await site.up(APP(`[${SENSOR}}]`))).map(({ error }) => error?.message),
        [undefined],
      );
      equal(await site.inside(...STAT), 'bc:0 660');
      // The control group lets it be opened: that no driver is there is another error.
      match(await site.inside('cat', '/dev/sensor'), /No such device/);
      const { startedAt } = await one(site);
      await using module = await devicesModule.start(host);
      await site.until(['ls'], () => JSON.stringify(module.status()).includes('app-1'));
      machine.unplug(ftdi({ port: '1-1' }).place);
      await site.until(STAT, gone);
      machine.plug(ftdi({ port: '1-3', number: 7 }));
      await site.until(STAT, text => text === 'bc:7 660');
      match(await site.inside('cat', '/dev/sensor'), /No such device/);
      equal((await one(site)).startedAt, startedAt);
      ok(site.events().some(({ kind }) => kind === 'device.lost'));
      ok(JSON.stringify(module.status()).includes('/dev/ttyUSB7'));
    },
  );

  on('may come later, and another model does not take their place', async site => {
    const { machine, host } = site;
    await site.up(APP(`[${SENSOR}, required: false}]`));
    match(site.warnings.join(), /matches no device; nothing like it.*it is given when it comes/);
    equal(gone(await site.inside(...STAT)), true);
    await using _ = await devicesModule.start(host);
    machine.plug(ch340({ port: '1-1' }));
    await site.until(['ls'], () => site.events().some(({ kind }) => kind === 'device.plugged'));
    equal(gone(await site.inside(...STAT)), true);
    machine.unplug(ch340({ port: '1-1' }).place);
    machine.plug(ftdi({ port: '1-1', number: 2 }));
    await site.until(STAT, text => text === 'bc:2 660');
  });

  on('that come back as another model are not given, until their own is back', async site => {
    const { machine, host } = site;
    machine.plug(ftdi({ port: '1-1' }));
    await site.up(APP(`[${SENSOR}}]`));
    await using module = await devicesModule.start(host);
    await site.until(['ls'], () => JSON.stringify(module.status()).includes('app-1'));
    machine.unplug(ftdi({ port: '1-1' }).place);
    machine.plug(ch340({ port: '1-1' }));
    await site.until(STAT, gone);
    await site.until(['ls'], () =>
      site.events().some(({ data }) => String(data.device).includes('USB Serial')),
    );
    equal(gone(await site.inside(...STAT)), true);
    machine.unplug(ch340({ port: '1-1' }).place);
    machine.plug(ftdi({ port: '1-2', number: 3 }));
    await site.until(STAT, text => text === 'bc:3 660');
  });

  on('that must be there and are not stop only their own service, before it is made', async site => {
    site.machine.plug(ch340({ port: '1-1' }));
    const outcomes = await site.up(
      `services: {app: {image: "IMAGE:1", x-sampan: {devices: [${SENSOR}}]}}, other: {image: "IMAGE:1", stop_grace_period: 0s}}`,
    );
    match(outcomes[0]?.error?.message ?? '', /app: .*matches no device; seen: USB Serial \(\/dev\/ttyUSB0\)/);
    deepEqual([outcomes[0]?.error?.code, outcomes[1]?.error], ['unavailable', undefined]);
    equal((await projectContainers(site.bench.docker, site.bench.name)).length, 1);
  });

  on(
    'are right again after the agent was away, and after the engine started the container again',
    async site => {
      const { machine, host } = site;
      machine.plug(ftdi({ port: '1-1' }));
      await site.up(APP(`[${SENSOR}}]`, 'restart: always, init: true, command: [sh, -c, "sleep 1000"],'));
      {
        await using _ = await devicesModule.start(host);
      }
      machine.unplug(ftdi({ port: '1-1' }).place);
      machine.plug(ftdi({ port: '1-1', number: 4 }));
      equal(await site.inside(...STAT), 'bc:0 660');
      await using _ = await devicesModule.start(host);
      await site.until(STAT, text => text === 'bc:4 660');
      machine.unplug(ftdi({ port: '1-1' }).place);
      await site.until(STAT, gone);
      const { startedAt } = await one(site);
      await site.inside('kill', '-9', '1');
      await site.inside('sh', '-c', 'kill -TERM 1').catch(() => '');
      await site.until(['ls'], () => true);
      for (let tries = 0; tries < 100 && (await one(site)).startedAt === startedAt; tries++) await sleep(50);
      machine.plug(ftdi({ port: '1-1', number: 5 }));
      await site.until(STAT, text => text === 'bc:5 660');
    },
  );

  on('may vanish, or come, while a container starts', async site => {
    const { machine } = site;
    machine.plug(ftdi({ port: '1-1' }));
    const both = `[${SENSOR}}, {usb: {vendor: "1a86"}, as: /dev/other, required: false}]`;
    const [outcome] = await site.up(APP(both), () => {
      machine.unplug(ftdi({ port: '1-1' }).place);
      machine.plug(ch340({ port: '1-1', number: 3 }));
    });
    equal(outcome?.error, undefined);
    equal(gone(await site.inside(...STAT)), true);
    equal(await site.inside('stat', '-c', '%t:%T', '/dev/other'), 'bc:3');
  });

  on('have other names when the file says so, also while the agent runs', async site => {
    const { machine, host } = site;
    machine.plug(ftdi({ port: '1-1' }));
    await site.up(APP(`[${SENSOR}}]`));
    await using _ = await devicesModule.start(host);
    await site.until(['ls'], () => JSON.stringify(_.status()).includes('/dev/sensor'));
    await site.up(APP('[{usb: {vendor: "0403"}, as: /dev/scale}]'));
    await site.until(['ls'], () => JSON.stringify(_.status()).includes('/dev/scale'));
    machine.unplug(ftdi({ port: '1-1' }).place);
    machine.plug(ftdi({ port: '1-1', number: 6 }));
    await site.until(['stat', '-c', '%t:%T', '/dev/scale'], text => text === 'bc:6');
    equal(gone(await site.inside(...STAT)), true);
  });

  on('that flap ten times a second end up as they are, and the container is left alone', async site => {
    const { machine, host } = site;
    machine.plug(ftdi({ port: '1-1' }));
    await site.up(APP(`[${SENSOR}, onLost: restart}]`));
    await using module = await devicesModule.start(host);
    await site.until(['ls'], () => JSON.stringify(module.status()).includes('app-1'));
    const { startedAt } = await one(site);
    for (let number = 1; number <= 20; number++) {
      machine.unplug(ftdi({ port: '1-1' }).place);
      await sleep(50);
      machine.plug(ftdi({ port: '1-1', number }));
      await sleep(50);
    }
    await site.until(STAT, text => text === 'bc:14 660');
    equal((await one(site)).startedAt, startedAt);
  });

  on('that are gone for good restart or stop the container where it asks for that', async site => {
    const { machine, host } = site;
    machine.plug(ftdi({ port: '1-1' }));
    await site.up(APP(`[${SENSOR}, onLost: stop}]`));
    await using _ = await devicesModule.start(host);
    await site.until(['ls'], () => JSON.stringify(_.status()).includes('app-1'));
    machine.unplug(ftdi({ port: '1-1' }).place);
    const becomes = async (status: string): Promise<void> => {
      for (let tries = 0; tries < 300 && (await one(site)).status !== status; tries++) await sleep(50);
      equal((await one(site)).status, status);
    };
    await becomes('exited');
    // Nobody else starts it either, as the agent's part that keeps projects would.
    deepEqual(
      (await site.up(APP(`[${SENSOR}, onLost: stop}]`))).map(({ error }) => error),
      [undefined],
    );
    equal((await one(site)).status, 'exited');
    machine.plug(ftdi({ port: '1-1', number: 1 }));
    await becomes('running');
    await site.until(STAT, text => text === 'bc:1 660');
  });

  on('are told to the container on a socket', async site => {
    const { machine, host } = site;
    machine.plug(ftdi({ port: '1-1' }));
    const [error] = await site.up(APP(`[${SENSOR}, notify: /run/sampan/devices.sock}]`));
    equal(error?.error, undefined);
    await using _ = await devicesModule.start(host);
    await site.until(['ls', '/run/sampan'], text => text === 'devices.sock');
    // What the image lacks is a client: it is listened to through the root of its process.
    const [{ pid = 0 } = {}] = await projectContainers(site.bench.docker, site.bench.name);
    const { connect } = await import('node:net');
    const socket = connect(`/proc/${pid}/root/run/sampan/devices.sock`);
    const lines: string[] = [];
    socket.on('data', data => lines.push(...String(data).trim().split('\n')));
    await site.until(['ls'], () => lines.length === 1);
    machine.unplug(ftdi({ port: '1-1' }).place);
    await site.until(['ls'], () => lines.length === 2);
    socket.destroy();
    deepEqual(
      lines.map(line => JSON.parse(line)).map(({ action, path, device }) => [action, path, device]),
      [
        ['add', '/dev/sensor', 'FTDI FT232R USB UART'],
        ['remove', '/dev/sensor', 'FTDI FT232R USB UART'],
      ],
    );
    equal(
      (await site
        .inside('sh', '-c', 'touch /run/sampan/x 2>&1 | grep -c "Read-only"; true')
        .catch(String)) !== '',
      true,
    );
  });
});
