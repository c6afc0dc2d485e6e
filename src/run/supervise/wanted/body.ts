import type { Service } from '../../compose/index.ts';
import { hostConfig } from './host.ts';
import { mainMac } from './networks.ts';
import { type BodyOptions, defined, type Json } from './options.ts';

const NANOSECONDS = 1_000_000;

/** The body of `POST /containers/create` but for the networks. Absent keys are the image's or the engine's. */
export function containerBody(options: BodyOptions): Json {
  const { service, edits, labels } = options;
  const { written, environment } = service;
  const variables = new Map([...environment].map(([name, { value }]) => [name, value]));
  for (const [name, value] of Object.entries(edits.environment)) variables.set(name, value);
  return defined({
    Image: service.image,
    Cmd: written.command,
    Entrypoint: written.entrypoint,
    Env: [...variables].map(([name, value]) => `${name}=${value}`),
    Labels: { ...Object.fromEntries(service.labels), ...labels },
    User: written.user,
    WorkingDir: written.working_dir,
    Hostname: written.hostname,
    Domainname: written.domainname,
    // Of the endpoint too: engines of the API before 1.44 look here only.
    MacAddress: mainMac(service),
    Tty: written.tty,
    OpenStdin: written.stdin_open,
    StopSignal: written.stop_signal,
    StopTimeout:
      written.stop_grace_period === undefined ? undefined : Math.ceil(written.stop_grace_period / 1000),
    Healthcheck: healthOf(service),
    ExposedPorts: portsOf(service),
    HostConfig: hostConfig(options),
  });
}

function healthOf({ written: { healthcheck } }: Service): Json | undefined {
  if (healthcheck === undefined) return undefined;
  const time = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.round(ms * NANOSECONDS);
  return defined({
    Test: healthcheck.test,
    Interval: time(healthcheck.intervalMs),
    Timeout: time(healthcheck.timeoutMs),
    StartPeriod: time(healthcheck.startPeriodMs),
    StartInterval: time(healthcheck.startIntervalMs),
    Retries: healthcheck.retries,
  });
}

function portsOf({ written: { ports = [], expose = [] } }: Service): Json | undefined {
  const all = [...ports, ...expose];
  if (all.length === 0) return undefined;
  return Object.fromEntries(all.map(({ target, protocol }) => [`${target}/${protocol}`, {}]));
}
