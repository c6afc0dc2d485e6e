import type { Project, Service } from '../../run/compose/index.ts';
import type { ContainerEdits } from '../../run/supervise/index.ts';

/** Gives CDI devices and GPUs to the containers of a project. */
export interface CdiGranting {
  /** Adds them to what a service gets anyway. */
  editsOf(service: Service, edits: ContainerEdits): ContainerEdits;
  /** Changes when a container must be made anew for them: after the driver was replaced. */
  stampOf(service: Service): string | undefined;
}

/**
 * Reads what services ask for; nothing is read for a project that asks for none.
 *
 * @throws SampanError `unavailable` when a device that must be there is not.
 */
export async function cdiGrantingOf(
  project: Project,
  { hasCdi, warn }: { readonly hasCdi: boolean; readonly warn: (text: string) => void },
): Promise<CdiGranting> {
  const asking = [...project.services.values()].filter(asks);
  if (asking.length === 0) return { editsOf: (_, edits) => edits, stampOf: () => undefined };
  const { cdiGrant, hostFiles, mergeEdits } = await import('../../run/cdi/index.ts');
  const host = hostFiles();
  const grants = new Map(
    await Promise.all(
      asking.map(async service => [service.name, await cdiGrant(service, { host, hasCdi })] as const),
    ),
  );
  const told = new Set<string>();
  return {
    editsOf: ({ name }, edits) => {
      const grant = grants.get(name);
      if (grant === undefined) return edits;
      for (const text of grant.notices) {
        if (!told.has(text)) warn(text);
        told.add(text);
      }
      return mergeEdits(grant.edits, edits);
    },
    stampOf: ({ name }) => {
      const { mounts = [], environment = {} } = grants.get(name)?.edits ?? {};
      return mounts.length === 0 ? undefined : JSON.stringify({ mounts, environment });
    },
  };
}

function asks({ written }: Service): boolean {
  const { gpus = [], devices = [], deploy } = written;
  const selectors = written['x-sampan']?.devices ?? [];
  return (
    gpus.length > 0 ||
    (deploy?.resources?.reservations?.devices ?? []).length > 0 ||
    devices.some(device => 'cdi' in device) ||
    selectors.some(({ cdi }) => cdi !== undefined)
  );
}
