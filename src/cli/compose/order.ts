import { SampanError } from '../../core/errors/index.ts';
import type { Project, Service } from '../../run/compose/index.ts';
import { checkServices } from './services.ts';

/**
 * The services to start again, in waves: each needs only those of waves before it. With `follows` those come along
 * that follow the restart of one of them.
 *
 * @throws SampanError `not-found` for a service that the project does not have.
 */
export function restartOrder(
  project: Project,
  names: readonly string[],
  { follows }: { readonly follows: boolean },
): readonly (readonly Service[])[] {
  const left = chosen(project, names, follows);
  const waves: Service[][] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter(
      ({ dependsOn }) => ![...dependsOn.keys()].some(name => left.has(name)),
    );
    // There are no cycles: the file was checked.
    if (free.length === 0) throw new SampanError('internal', 'services need each other in a circle');
    for (const { name } of free) left.delete(name);
    waves.push(free);
  }
  return waves;
}

function chosen(project: Project, names: readonly string[], follows: boolean): Map<string, Service> {
  const { services } = project;
  if (names.length === 0) return new Map(services);
  checkServices(project, names);
  const found = new Map<string, Service>();
  for (const name of names) {
    const service = services.get(name);
    if (service !== undefined) found.set(name, service);
  }
  for (let before = -1; follows && before !== found.size; ) {
    before = found.size;
    for (const [name, service] of services)
      if ([...service.dependsOn].some(([other, { isRestarted }]) => isRestarted && found.has(other)))
        found.set(name, service);
  }
  return found;
}
