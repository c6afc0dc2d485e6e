import { closestOf } from '../../../core/text/index.ts';
import { type Reading, wrong } from '../shape/index.ts';
import { checkConflicts } from './conflicts.ts';
import type { Project, Service } from './model.ts';
import { checkPrivileges } from './privileges.ts';

/** What only all services together show: names that are nowhere, cycles, ports that are taken twice. */
export function checkProject(
  project: Project,
  { known, real }: { readonly known: ReadonlySet<string>; readonly real: (path: string) => string },
  to: Reading,
): void {
  for (const service of project.services.values()) {
    checkNames(service, project, { known, to });
    checkPrivileges(service, project, { real, to });
    checkConflicts(service, to);
    if (service.written.container_name !== undefined && service.scale > 1)
      wrong(to, at(service, 'container_name'), `names one container, and scale asks for ${service.scale}`);
  }
  checkCycles(project, to);
  checkPorts(project, to);
}

function at(
  { place, name }: Service,
  key: string,
): { readonly place: Service['place']; readonly path: string } {
  return { place, path: `services.${name}.${key}` };
}

function checkNames(
  service: Service,
  project: Project,
  { known, to }: { readonly known: ReadonlySet<string>; readonly to: Reading },
): void {
  for (const [name, { isRequired }] of service.dependsOn) {
    if (project.services.has(name) || !isRequired) continue;
    const near = closestOf(name, [...known]);
    const remedy = known.has(name)
      ? 'its profile is not active: activate it with --profile, or say required: false'
      : near && `did you mean ${near}?`;
    wrong(
      to,
      at(service, 'depends_on'),
      known.has(name) ? `${name} is not active` : `there is no service ${name}`,
      remedy,
    );
  }
  for (const name of service.networks.keys())
    if (!project.networks.has(name))
      wrong(to, at(service, 'networks'), `there is no network ${name}`, `add it: networks: {${name}: {}}`);
}

function checkCycles(project: Project, to: Reading): void {
  const done = new Set<string>();
  for (const start of project.services.values()) {
    const path: string[] = [];
    const visit = (name: string): boolean => {
      if (path.includes(name)) {
        wrong(
          to,
          at(start, 'depends_on'),
          `depends on itself: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`,
        );
        return true;
      }
      if (done.has(name)) return false;
      path.push(name);
      const isCycle = [...(project.services.get(name)?.dependsOn.keys() ?? [])].some(visit);
      path.pop();
      done.add(name);
      return isCycle;
    };
    if (visit(start.name)) return;
  }
}

function checkPorts(project: Project, to: Reading): void {
  const taken = new Map<string, string>();
  for (const service of project.services.values()) {
    for (const { published, publishedTo, hostIp = '', protocol } of service.written.ports ?? []) {
      if (published === undefined || publishedTo !== undefined) continue;
      const key = `${hostIp}:${published}/${protocol}`;
      const other = taken.get(key);
      if (other !== undefined || service.scale > 1)
        wrong(
          to,
          at(service, 'ports'),
          `the port ${published} of the host is taken by ${other ?? 'the first container of this service'} already`,
        );
      taken.set(key, service.name);
    }
  }
}
