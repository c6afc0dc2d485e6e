import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { containerState, renameContainer } from '../../core/docker/index.ts';
import { type CurrentContainer, projectContainers } from './current/index.ts';
import { isIdle } from './plan/index.ts';
import { type Bench, openBench } from './testing/index.ts';
import { LABELS } from './wanted/index.ts';

async function all({ docker, name }: Bench): Promise<readonly CurrentContainer[]> {
  return [...(await projectContainers(docker, name))].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function one(bench: Bench): Promise<CurrentContainer> {
  const [first, ...others] = await all(bench);
  ok(first);
  equal(others.length, 0, others.map(({ name }) => name).join());
  return first;
}

const APP = (more: string, tag = '1'): string =>
  `services: {app: {image: "IMAGE:${tag}", stop_grace_period: 0s, ${more}}}`;

suite('a project on an engine', { concurrency: 4 }, () => {
  const on = (title: string, run: (bench: Bench) => Promise<void>): void => {
    test(title, async t => {
      const bench = await openBench(t);
      if (typeof bench === 'string') return t.skip(bench);
      await run(bench);
    });
  };

  on('is made from nothing, with the labels of Compose; the second time nothing is done', async bench => {
    const text = `
services:
  db: {image: "IMAGE:1", networks: {back: }, volumes: ["data:/data"], healthcheck: {test: "true", interval: 200ms}}
  web: {image: "IMAGE:1", depends_on: {db: {condition: service_healthy}}, networks: [front, back], scale: 2}
networks: {front: , back: {internal: true}}
volumes: {data: }
`;
    const { outcomes } = await bench.up(text);
    deepEqual(
      outcomes.map(({ error }) => error),
      [undefined, undefined],
    );
    const containers = await all(bench);
    deepEqual(
      containers.map(({ name, status }) => [name.slice(bench.name.length), status]),
      [
        ['-db-1', 'running'],
        ['-web-1', 'running'],
        ['-web-2', 'running'],
      ],
    );
    const [db, web] = containers;
    equal(db?.health, 'healthy');
    ok((web?.startedAt ?? '') > (db?.startedAt ?? ''), 'what is needed starts first');
    deepEqual(Object.keys(web?.networks ?? {}).sort(), [`${bench.name}_back`, `${bench.name}_front`]);
    equal(db?.volumes['/data'], `${bench.name}_data`);
    equal(db?.labels[LABELS.service], 'db');
    equal(db?.labels[LABELS.oneOff], 'False');
    ok(isIdle(await bench.plan(text)));
    await bench.up(text);
    deepEqual(
      (await all(bench)).map(({ id }) => id),
      containers.map(({ id }) => id),
    );
  });

  on('changes only the service that changed, and keeps what its anonymous volumes hold', async bench => {
    const two = (command: string): string => `
services:
  a: {image: "IMAGE:1", stop_grace_period: 0s, command: ${command}}
  b: {image: "IMAGE:1"}
`;
    await bench.up(two('[sh, -c, "echo 1 > /kept/file; sleep 1000"]'));
    const [a, b] = await all(bench);
    const { outcomes } = await bench.up(two('[sh, -c, "cat /kept/file && sleep 1000"]'));
    deepEqual(
      outcomes.map(({ error }) => error?.message),
      [undefined, undefined],
    );
    const [a2, b2] = await all(bench);
    notEqual(a2?.id, a?.id);
    equal(b2?.id, b?.id);
    deepEqual(a2?.volumes, a?.volumes);
    equal(a2?.status, 'running');
  });

  on('starts what has stopped, and removes what is too much', async bench => {
    await bench.up(APP('scale: 2'));
    const before = await all(bench);
    await bench.up(APP('scale: 1'));
    const left = await one(bench);
    equal(left.id, before[0]?.id);
  });

  on('rolls back to the old version when the new one is not healthy', async bench => {
    await bench.up(APP('restart: "no"'));
    const before = await one(bench);
    const { outcomes, events } = await bench.up(APP('restart: "no", command: ["false"]'));
    equal(outcomes[0]?.error?.code, 'unproven');
    match(outcomes[0]?.error?.message ?? '', /the old one runs again: .*ended with status 1/);
    ok(events.some(({ kind }) => kind === 'rolled-back'));
    const after = await one(bench);
    equal(after.id, before.id);
    deepEqual([after.status, after.name], ['running', `${bench.name}-app-1`]);
  });

  on('takes no version for healthy because the clock jumped ahead while it was watched', async bench => {
    await bench.up(APP('restart: "no"'));
    const before = await one(bench);
    for (const jumpMs of [3_600_000, -3_600_000]) {
      let looks = 0;
      const now = (): number => Date.now() + (looks++ > 0 ? jumpMs : 0);
      const text = APP('restart: "no", command: [sh, -c, "sleep 1; exit 3"]');
      const { outcomes } = await bench.up(text, { now });
      match(outcomes[0]?.error?.message ?? '', /the old one runs again: .*ended with status 3/);
    }
    equal((await one(bench)).id, before.id);
  });

  on('hands over only when the new version is healthy', async bench => {
    const version = (command: string): string =>
      APP(
        `command: ${command}, healthcheck: {test: "test -e /tmp/ok", interval: 100ms, retries: 2}, x-sampan: {update: {strategy: hand-over}}`,
      );
    await bench.up(version('[sh, -c, "touch /tmp/ok; sleep 1000"]'));
    const before = await one(bench);
    const failed = await bench.up(version('[sleep, "1000"]'));
    match(failed.outcomes[0]?.error?.message ?? '', /the old one runs on: .*unhealthy/);
    equal((await one(bench)).id, before.id);
    equal((await one(bench)).startedAt, before.startedAt, 'the old one never stopped');
    const good = await bench.up(version('[sh, -c, "touch /tmp/ok; sleep 2000"]'));
    equal(good.outcomes[0]?.error, undefined);
    const after = await one(bench);
    notEqual(after.id, before.id);
    equal(after.name, before.name);
  });

  on('takes a new image behind the same settings', async bench => {
    await bench.up(APP('restart: "no"', '1'));
    const before = await one(bench);
    await bench.up(APP('restart: "no"', '2'));
    const after = await one(bench);
    notEqual(after.imageId, before.imageId);
    equal(after.labels.version, '2');
  });

  on('is held back by its update lock', async bench => {
    const version = (argument: string): string =>
      APP(`command: [sh, -c, "touch /tmp/lock; sleep ${argument}"], x-sampan: {update: {lock: /tmp/lock}}`);
    await bench.up(version('1000'));
    const before = await one(bench);
    const held = await bench.up(version('2000'));
    deepEqual(
      held.events.map(({ kind }) => kind),
      ['held'],
    );
    equal((await one(bench)).id, before.id);
    await bench.up(version('2000'), { force: true });
    notEqual((await one(bench)).id, before.id);
  });

  on('goes on after an update that was broken off, whichever step came last', async bench => {
    await bench.up(APP('restart: "no"'));
    const old = await one(bench);
    await renameContainer(bench.docker, old.id, { name: `${old.name}.previous` });
    await bench.up(APP('restart: "no"'));
    equal((await one(bench)).id, old.id);
    equal((await one(bench)).name, old.name);
    await renameContainer(bench.docker, old.id, { name: `${old.name}.previous` });
    await bench.up(APP('restart: "no", command: [sleep, "3000"]'));
    const after = await one(bench);
    notEqual(after.id, old.id);
    equal(after.name, old.name);
  });

  on('proves a version whose update was broken off while it was waited for, or goes back', async bench => {
    const version = (command: string): string => APP(`restart: "no", command: ${command}`);
    const breakOff = async (command: string): Promise<void> => {
      const breaking = new AbortController();
      const report = (event: { readonly kind: string }): void =>
        void (event.kind === 'waiting' && breaking.abort());
      await rejects(bench.up(version(command), { signal: breaking.signal, report }));
      equal((await all(bench)).length, 2, 'both versions are there');
    };
    await bench.up(version('[sleep, "1000"]'));
    const old = await one(bench);
    await breakOff('[sh, -c, "sleep 1; exit 3"]');
    const back = await bench.up(version('[sh, -c, "sleep 1; exit 3"]'));
    match(back.outcomes[0]?.error?.message ?? '', /the old one runs again/);
    equal((await one(bench)).id, old.id);
    await breakOff('[sleep, "2000"]');
    await bench.up(version('[sleep, "2000"]'));
    notEqual((await one(bench)).id, old.id);
    equal((await one(bench)).name, old.name);
  });

  on('says why what needs a failed service is not started', async bench => {
    const { outcomes } = await bench.up(`
services:
  init: {image: "IMAGE:1", command: ["false"], restart: "no"}
  app: {image: "IMAGE:1", depends_on: {init: {condition: service_completed_successfully}}}
  other: {image: "IMAGE:1"}
`);
    const byName = new Map(outcomes.map(({ service, error }) => [service, error?.message]));
    match(byName.get('app') ?? '', /init-1: it ended with status 1/);
    equal(byName.get('other'), undefined);
  });

  on('leaves orphans alone until it is asked to remove them', async bench => {
    await bench.up('services: {a: {image: "IMAGE:1"}, b: {image: "IMAGE:1", stop_grace_period: 0s}}');
    const text = 'services: {a: {image: "IMAGE:1"}}';
    deepEqual(
      (await bench.plan(text)).orphans.map(({ service }) => service),
      ['b'],
    );
    await bench.up(text);
    equal((await all(bench)).length, 2);
    await bench.up(text, { removesOrphans: true });
    equal((await all(bench)).length, 1);
  });

  on('shares namespaces, and holds limits', async bench => {
    await bench.up(`
services:
  main: {image: "IMAGE:1", ipc: shareable, mem_limit: 32m, pids_limit: 20, cpus: 0.5}
  side: {image: "IMAGE:1", network_mode: "service:main", ipc: "service:main", read_only: true, tmpfs: /tmp:size=1m}
`);
    const [main, side] = await all(bench);
    ok(main && side);
    deepEqual([main.status, side.status], ['running', 'running']);
    deepEqual(side.networks, {});
    equal((await containerState(bench.docker, side.id)).status, 'running');
  });
});
