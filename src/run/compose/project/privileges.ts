import { posix } from 'node:path';
import { type Reading, wrong } from '../shape/index.ts';
import type { Project, Service } from './model.ts';

type Wish = 'privileged' | 'dev' | 'engine' | 'host';

interface Opening {
  readonly wish: Wish;
  readonly what: string;
}

const NARROWER = 'x-sampan: devices gives only those that are needed';

/** What opens the whole device is refused unless the file says why it must be. `real` follows symbolic links. */
export function checkPrivileges(
  service: Service,
  project: Pick<Project, 'volumes'>,
  { real, to }: { readonly real: (path: string) => string; readonly to: Reading },
): void {
  const { written } = service;
  const allow = written['x-sampan']?.allow ?? {};
  const refuse = (key: string, { wish, what }: Opening): void => {
    if (allow[wish] !== undefined) return;
    const where = { place: service.place, path: `services.${service.name}.${key}` };
    wrong(to, where, what, `if it must be, say why: x-sampan: {allow: {${wish}: REASON}}`);
  };
  if (written.privileged === true)
    refuse('privileged', {
      wish: 'privileged',
      what: `gives all devices and rights of the host; ${NARROWER}`,
    });
  if (written.cap_add?.some(name => /^(CAP_)?ALL$/i.test(name)) === true)
    refuse('cap_add', {
      wish: 'privileged',
      what: 'ALL gives every right of the host; name those that are needed',
    });
  for (const rule of written.device_cgroup_rules ?? [])
    if (/^(a |[cb] \*:)/.test(rule))
      refuse('device_cgroup_rules', {
        wish: 'dev',
        what: `${rule} opens every device of the host; ${NARROWER}`,
      });
  for (const device of written.devices ?? [])
    if ('source' in device && posix.normalize(`${device.source}/`) === '/dev/')
      refuse('devices', { wish: 'dev', what: `all of /dev opens every device of the host; ${NARROWER}` });
  for (const source of sourcesOf(service, project)) {
    const opening = openingOf(source) ?? openingOf(real(source));
    if (opening !== undefined) refuse('volumes', opening);
  }
}

/** Directories of the host: bound ones, and those behind volumes. */
function sourcesOf({ mounts }: Service, { volumes }: Pick<Project, 'volumes'>): readonly string[] {
  const byName = new Map([...volumes.values()].map(volume => [volume.name, volume.options.get('device')]));
  return mounts.flatMap(({ type, source }) => {
    if (source === undefined) return [];
    const path = type === 'bind' ? source : type === 'volume' ? byName.get(source) : undefined;
    return path?.startsWith('/') === true ? [path] : [];
  });
}

function openingOf(source: string): Opening | undefined {
  const path = posix.normalize(`${source}/`);
  if (path === '/') return { wish: 'host', what: 'the root of the host opens the whole device' };
  if (path === '/dev/')
    return { wish: 'dev', what: `all of /dev opens every device of the host; ${NARROWER}` };
  const isSocket = /\/(docker|podman|containerd|crio)\.sock\/$/.test(path);
  if (isSocket || path === '/run/' || path === '/var/run/' || path === '/run/containerd/')
    return { wish: 'engine', what: `${source} gives the engine, and with it the whole device` };
  return undefined;
}
