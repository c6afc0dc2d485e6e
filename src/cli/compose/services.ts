import { SampanError } from '../../core/errors/index.ts';
import { closestOf } from '../../core/text/index.ts';
import type { Project } from '../../run/compose/index.ts';

/**
 * Services that a person named.
 *
 * @throws SampanError `not-found` for one that the files do not have; `also` are known besides.
 */
export function checkServices(
  { services }: Pick<Project, 'services'>,
  names: readonly string[],
  also: readonly string[] = [],
): void {
  const known = [...new Set([...services.keys(), ...also])];
  const unknown = names.find(name => !known.includes(name));
  if (unknown === undefined) return;
  const near = closestOf(unknown, known);
  throw new SampanError('not-found', `there is no service ${unknown}`, {
    remedy: near === undefined ? `one of ${known.join(', ')}` : `did you mean ${near}?`,
  });
}
