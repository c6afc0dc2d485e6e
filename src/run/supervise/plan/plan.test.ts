import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { readProject } from '../../compose/index.ts';
import type { CurrentContainer } from '../current/index.ts';
import { LABELS, type Wanted, type WantedOptions, wantedOf } from '../wanted/index.ts';
import { type PlanOptions, planOf, versionOf } from './plan.ts';

const MACHINE = {
  memoryBytes: 1 << 30,
  limits: { memory: true, swap: true, cpu: true, cpuset: true, pids: true },
};

function wantedFrom(text: string, more: Partial<WantedOptions> = {}): Wanted {
  const files = { read: () => text, real: (path: string) => path };
  const project = readProject(['/site/compose.yaml'], { files, variables: () => undefined, home: '/root' });
  return wantedOf(project, { machine: MACHINE, ...more });
}

/** A container as the wanted one, but for what is said. */
function container(wanted: Wanted, service: string, more: Partial<CurrentContainer>): CurrentContainer {
  const made = wanted.services.get(service)?.containers[0];
  return {
    id: service,
    name: made?.name ?? '',
    imageId: 'i',
    imageName: 'a',
    labels: {},
    status: 'running',
    health: 'none',
    healthOutput: '',
    exitCode: 0,
    oomKilled: false,
    error: '',
    pid: 1,
    startedAt: '',
    finishedAt: '',
    restartCount: 0,
    networks: {},
    volumes: {},
    logPath: '',
    tty: false,
    graceSeconds: 10,
    service,
    number: 1,
    hash: made?.hash ?? '',
    isPrevious: false,
    isNext: false,
    ...more,
  };
}

function steps(
  wanted: Wanted,
  containers: readonly CurrentContainer[],
  options?: PlanOptions,
): readonly string[] {
  const networks = new Set(wanted.networks.keys());
  const current = { containers, networks, volumes: new Set<string>(), images: new Map([['a', 'i']]) };
  return planOf(wanted, current, options).services.flatMap(one => one.steps.map(({ kind }) => kind));
}

test('a job that has done its work is not done again, and an agent starts no failed one', () => {
  const wanted = wantedFrom('services: {app: {image: a, restart: "no"}}');
  const ended = (exitCode: number): CurrentContainer[] => [
    container(wanted, 'app', { status: 'exited', exitCode }),
  ];
  deepEqual(steps(wanted, ended(0)), ['keep']);
  deepEqual(steps(wanted, ended(1)), ['start']);
  deepEqual(steps(wanted, ended(1), { leavesEnded: true }), ['keep']);
  const always = wantedFrom('services: {app: {image: a}}');
  deepEqual(steps(always, [container(always, 'app', { status: 'exited' })], { leavesEnded: true }), [
    'start',
  ]);
  deepEqual(steps(always, [container(always, 'app', { status: 'paused' })]), ['keep']);
});

test('what has ended and waits for its device is left alone, also when its file changes', () => {
  const text = 'services: {app: {image: a}}';
  const waiting = wantedFrom(text, { waitsFor: () => 'it waits for x' });
  const ended = [container(waiting, 'app', { status: 'exited' })];
  deepEqual(steps(waiting, ended), ['keep']);
  deepEqual(steps(waiting, [container(waiting, 'app', { status: 'exited', hash: 'other' })]), ['keep']);
  deepEqual(steps(waiting, [container(waiting, 'app', { hash: 'other' })]), ['replace']);
  deepEqual(steps(wantedFrom(text), ended), ['start']);
});

test('a version that was not healthy does not end the old one again, until it changes', () => {
  const wanted = wantedFrom('services: {app: {image: a, command: x}}');
  const [made] = wanted.services.get('app')?.containers ?? [];
  const old = [container(wanted, 'app', { hash: 'old' })];
  deepEqual(steps(wanted, old), ['replace']);
  const refused = new Set(made === undefined ? [] : [versionOf(made, 'i')]);
  deepEqual(steps(wanted, old, { refused }), ['keep']);
  const next = wantedFrom('services: {app: {image: a, command: y}}');
  deepEqual(steps(next, old, { refused }), ['replace']);
});

test('what shares a namespace is replaced when the other container is another one', () => {
  const wanted = wantedFrom('services: {a: {image: a}, b: {image: a, network_mode: "service:a"}}');
  const b = (id: string): CurrentContainer =>
    container(wanted, 'b', { labels: { [LABELS.shares]: JSON.stringify({ a: id }) } });
  const a = container(wanted, 'a', {});
  deepEqual(steps(wanted, [a, b('a')]), ['keep', 'keep']);
  deepEqual(steps(wanted, [a, b('before')]), ['keep', 'replace']);
  deepEqual(steps(wanted, [container(wanted, 'a', { hash: 'old' }), b('a')]), ['replace', 'replace']);
});

test('another size of the machine replaces nothing', () => {
  const project = (bytes: number): string | undefined => {
    const files = { read: () => 'services: {app: {image: a}}', real: (path: string) => path };
    const read = readProject(['/site/c.yaml'], { files, variables: () => undefined, home: '/root' });
    const wanted = wantedOf(read, { machine: { ...MACHINE, memoryBytes: bytes } });
    return wanted.services.get('app')?.containers[0]?.hash;
  };
  deepEqual(project(1 << 30), project((1 << 30) - (8 << 20)));
});
