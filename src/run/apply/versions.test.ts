import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { type Project, readProject } from '../compose/index.ts';
import type { StateFiles } from '../module/index.ts';
import { type CurrentContainer, wantedOf } from '../supervise/index.ts';
import { readVersions, writeVersions } from './record.ts';
import { NO_VERSIONS, noted, released, rolledBack, stillHeld, type Versions, withHeld } from './versions.ts';

const MACHINE = {
  memoryBytes: 1 << 30,
  limits: { memory: true, swap: true, cpu: true, cpuset: true, pids: true },
};

function projectOf(web: string, more = ''): Project {
  const text = `services:\n  web: {${web}}\n${more}`;
  const files = { read: () => text, real: (path: string) => path };
  const variables = (name: string): string | undefined => (name === 'LEVEL' ? 'debug' : undefined);
  return readProject(['/x/compose.yaml'], { files, variables, home: '/root', name: 'x' });
}

const RUNNING = { status: 'running', health: 'none', isPrevious: false, isNext: false } as const;

/** What is known when a version of each service runs. */
function after(
  known: Versions,
  project: Project,
  imageId: string,
  more: Partial<CurrentContainer> = {},
): Versions {
  const wanted = wantedOf(project, { machine: MACHINE });
  const containers = [...wanted.services].map(
    ([
      service,
      {
        containers: [first],
      },
    ]) => ({
      ...RUNNING,
      service,
      imageId,
      hash: first?.hash ?? '',
      ...more,
    }),
  );
  const images = new Map([...project.services.values()].map(({ image }) => [image, imageId]));
  return noted(known, project, { wanted, current: { containers, images } });
}

const FIRST = projectOf(
  'image: "app:1", command: [first], environment: {A: "$LEVEL"}, networks: [old]',
  'networks: {old: }',
);
const SECOND_WEB = 'image: "app:2", command: [second], pull_policy: always';
const SECOND = projectOf(SECOND_WEB);
const KNOWN = after(after(NO_VERSIONS, FIRST, 'sha256:a'), SECOND, 'sha256:b');
const HELD = rolledBack(KNOWN, SECOND, 'web') ?? NO_VERSIONS;

test('a service that is rolled back is all that it was before, and asks no registry', () => {
  const project = withHeld(SECOND, HELD);
  const service = project.services.get('web');
  equal(service?.image, 'sha256:a');
  deepEqual(service?.written.command, ['first']);
  equal(service?.environment.get('A')?.value, 'debug');
  equal(service?.written.pull_policy, 'never');
  deepEqual([...project.networks.keys()].sort(), ['default', 'old']);
  equal(rolledBack(HELD, SECOND, 'web'), undefined);
  equal(rolledBack(KNOWN, SECOND, 'other'), undefined);
  deepEqual(released(HELD, 'web'), KNOWN);
  equal(released(KNOWN, 'web'), undefined);
});

test('the same image with other settings is another version', () => {
  const known = after(
    after(NO_VERSIONS, projectOf('image: a, command: [x]'), 'i'),
    projectOf('image: a, command: [y]'),
    'i',
  );
  const held = rolledBack(known, projectOf('image: a, command: [y]'), 'web') ?? NO_VERSIONS;
  deepEqual(withHeld(projectOf('image: a, command: [y]'), held).services.get('web')?.written.command, ['x']);
});

test('only what is proven is a version to go back to', () => {
  const wrong: readonly Partial<CurrentContainer>[] = [
    { health: 'unhealthy' },
    { health: 'starting' },
    { status: 'restarting' },
    { isPrevious: true },
  ];
  for (const more of wrong) deepEqual(after(NO_VERSIONS, FIRST, 'sha256:a', more).services, {});
  equal(Object.keys(KNOWN.sources).length, 2);
  const third = after(KNOWN, projectOf('image: "app:3"'), 'sha256:c');
  equal(Object.keys(third.sources).length, 2, 'what no version names is forgotten');
});

test('it is held until the file says something else of it, or another image is behind the name', async () => {
  const heldIn = async (project: Project, id: string | undefined): Promise<boolean> => {
    const { services } = await stillHeld(project, HELD, async () => id);
    if (services.web?.held === undefined) equal(services.web?.imageId, 'sha256:a');
    return services.web?.held !== undefined;
  };
  equal(await heldIn(SECOND, 'sha256:b'), true);
  equal(await heldIn(SECOND, undefined), true);
  const around = projectOf(SECOND_WEB, '  other: {image: b}');
  equal(await heldIn(around, undefined), true, 'what the file says of others does not matter');
  equal(await heldIn(SECOND, 'sha256:c'), false);
  equal(await heldIn(projectOf('image: "app:3", command: [second]'), undefined), false);
  equal(await heldIn(projectOf('image: "app:2", command: [third]'), undefined), false);
});

test('what is known survives a restart, and a damaged file is nothing', async () => {
  const files = new Map<string, Uint8Array>();
  const state: StateFiles = {
    read: async name => files.get(name),
    write: async (name, bytes) => files.set(name, bytes) === files,
    directory: '/x',
    wear: () => ({ totalBytes: 0, bytesPerDay: 0 }),
  };
  await writeVersions(state, new Map([['x', HELD]]));
  const read = (await readVersions(state)).get('x') ?? NO_VERSIONS;
  deepEqual(read.services, HELD.services);
  deepEqual(withHeld(SECOND, read).services.get('web')?.written.command, ['first']);
  for (const damaged of [
    '',
    'null',
    '[]',
    '{"x":{"services":{"web":{"imageId":1}}}}',
    '{"x":5}',
    '{"x":{"sources":{"a":{}}}}',
  ]) {
    files.set('versions.json', Buffer.from(damaged));
    deepEqual((await readVersions(state)).get('x') ?? NO_VERSIONS, NO_VERSIONS, damaged);
  }
  notEqual(HELD, NO_VERSIONS);
});
