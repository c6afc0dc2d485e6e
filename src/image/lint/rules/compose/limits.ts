import { at, type ComposeFile, fieldOf, itemsOf, textAt } from '../../compose/index.ts';
import { type ComposeRule, composeRule } from '../rule.ts';
import { appendToService, inService, wholeServices } from './queries.ts';

const HEAD = 'services:\n  app:\n    image: example/app:1.2\n';

/** Services that end by themselves: others wait for that. */
function oneShots(file: ComposeFile): ReadonlySet<string> {
  const names = file.services.flatMap(({ value }) => {
    const needs = at(value, 'depends_on');
    const fields = needs?.kind === 'map' ? needs.fields : [];
    return fields
      .filter(field => textAt(field.value, 'condition') === 'service_completed_successfully')
      .map(({ key }) => key);
  });
  return new Set(names);
}

/** Rules about limits and about what happens when something fails. */
export const LIMIT_RULES: readonly ComposeRule[] = [
  composeRule({
    id: 'compose-memory-limit',
    topic: 'limits',
    severity: 'warning',
    summary: 'a service has no memory limit',
    why: 'On 1 GB one leak takes the whole device down: the kernel may kill the SSH server or the agent instead of the leak. With a limit only the service is restarted.',
    bad: HEAD,
    good: `${HEAD}    mem_limit: 128m\n`,
    *check(file) {
      for (const service of wholeServices(file)) {
        if (
          at(service.value, 'mem_limit') === undefined &&
          at(service.value, 'deploy', 'resources', 'limits', 'memory') === undefined
        )
          yield inService(service, service.nameSpan, 'set mem_limit, such as mem_limit: 128m');
      }
    },
  }),
  composeRule({
    id: 'compose-cpu-limit',
    topic: 'limits',
    severity: 'info',
    summary: 'a service has no CPU limit',
    why: 'One busy loop makes everything on the device late, also what drives the hardware.',
    bad: HEAD,
    good: `${HEAD}    cpus: 0.5\n`,
    *check(file) {
      const keys = ['cpus', 'cpu_quota', 'cpu_shares', 'cpuset'];
      for (const service of wholeServices(file)) {
        const set =
          keys.some(key => at(service.value, key) !== undefined) ||
          at(service.value, 'deploy', 'resources', 'limits', 'cpus') !== undefined;
        if (!set) yield inService(service, service.nameSpan, 'set cpus, such as cpus: 0.5');
      }
    },
  }),
  composeRule({
    id: 'compose-log-limit',
    topic: 'limits',
    severity: 'warning',
    fixable: true,
    summary: 'the log of a service can grow without end',
    why: 'The default driver of Docker never rotates: an SD card is full after some months, and wears out before.',
    bad: HEAD,
    good: `${HEAD}    logging:\n      driver: json-file\n      options:\n        max-size: 10m\n        max-file: "3"\n`,
    *check(file) {
      for (const service of wholeServices(file)) {
        const logging = fieldOf(service.value, 'logging');
        const driver = textAt(service.value, 'logging', 'driver') ?? 'json-file';
        const bounded =
          driver !== 'json-file' || at(service.value, 'logging', 'options', 'max-size') !== undefined;
        if (logging !== undefined && bounded) continue;
        const edit = logging === undefined ? appendToService(file, service, LOGGING) : undefined;
        yield inService(
          service,
          logging?.keySpan ?? service.nameSpan,
          'bound the log: logging with max-size and max-file',
          edit === undefined ? undefined : [edit],
        );
      }
    },
  }),
  composeRule({
    id: 'compose-restart',
    topic: 'limits',
    severity: 'warning',
    summary: 'a service has no restart policy',
    why: 'After a crash or a power cut it stays down until somebody comes. Write restart: unless-stopped, or restart: "no" where that is meant.',
    bad: HEAD,
    good: `${HEAD}    restart: unless-stopped\n`,
    *check(file) {
      const once = oneShots(file);
      for (const service of wholeServices(file)) {
        const set =
          at(service.value, 'restart') ??
          at(service.value, 'deploy', 'restart_policy') ??
          at(service.value, 'profiles');
        if (set === undefined && !once.has(service.name))
          yield inService(service, service.nameSpan, 'add restart: unless-stopped');
      }
    },
  }),
  composeRule({
    id: 'compose-healthcheck',
    topic: 'limits',
    severity: 'info',
    summary: 'a service has no health check here',
    why: 'A process can hang and still run. With a health check the supervisor restarts it. If the image has one, say so in an ignore comment.',
    bad: HEAD,
    good: `${HEAD}    healthcheck:\n      test: ["CMD", "/app", "--check"]\n`,
    *check(file) {
      const once = oneShots(file);
      for (const service of wholeServices(file)) {
        if (at(service.value, 'healthcheck') === undefined && !once.has(service.name))
          yield inService(service, service.nameSpan, 'add healthcheck, or see that the image has one');
      }
    },
  }),
  composeRule({
    id: 'compose-unknown-dependency',
    topic: 'clarity',
    severity: 'error',
    summary: 'a service depends on one that is not there',
    why: 'The file is refused when it is started: on the device.',
    bad: `${HEAD}    depends_on: [datbase]\n  database:\n    image: example/database:3\n`,
    good: `${HEAD}    depends_on: [database]\n  database:\n    image: example/database:3\n`,
    *check(file) {
      const names = new Set(file.services.map(({ name }) => name));
      if (at(file.root, 'include') !== undefined) return;
      for (const service of wholeServices(file)) {
        const needs = at(service.value, 'depends_on');
        const listed =
          needs?.kind === 'map'
            ? needs.fields.map(({ key, keySpan, value }) => ({
                key,
                span: keySpan,
                isOptional: textAt(value, 'required') === 'false',
              }))
            : itemsOf(needs).flatMap(item =>
                item.kind === 'scalar' ? [{ key: item.text, span: item.span, isOptional: false }] : [],
              );
        for (const { key, span, isOptional } of listed) {
          if (!names.has(key) && !isOptional && !key.includes('$'))
            yield inService(service, span, `there is no service ${key}`);
        }
      }
    },
  }),
];

const LOGGING = ['logging:', '  driver: json-file', '  options:', '    max-size: 10m', '    max-file: "3"'];
