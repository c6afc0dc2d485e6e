import { join } from 'node:path';
import type { ContainerState } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { Project, Service } from '../../run/compose/index.ts';
import {
  awaited,
  type Device,
  grantDevices,
  HOST_ROOTS,
  keepStarted,
  openCatalogue,
} from '../../run/devices/index.ts';
import { type ContainerEdits, NO_EDITS } from '../../run/supervise/index.ts';

/** Gives devices to the containers of a project. */
export interface Granting {
  /** @throws SampanError `unavailable` when a device that must be there is not. */
  editsOf(service: Service): ContainerEdits;
  /** Which devices its containers wait for once they have ended. */
  waitsFor(service: Service): string | undefined;
  /** What came, or changed its number, while the container started. */
  started(service: string, state: ContainerState): Promise<void>;
}

/** Opens it; devices are read when the first service asks. */
export function grantingOf(
  project: Project,
  { directory, warn }: { readonly directory: string; readonly warn: (text: string) => void },
): Granting {
  const catalogue = openCatalogue(HOST_ROOTS);
  const told = new Set<string>();
  const placeOf = (service: string): string => join(directory, project.name, service);
  const once = (text: string): void => {
    if (!told.has(text)) warn(text);
    told.add(text);
  };
  const devices = (): readonly Device[] => catalogue.read();
  return {
    editsOf: service => {
      const { 'x-sampan': more, cap_add: capabilities = [] } = service.written;
      const selectors = (more?.devices ?? []).filter(({ cdi }) => cdi === undefined);
      if (selectors.length === 0) return NO_EDITS;
      const makesNodes = capabilities.some(one => /^(CAP_)?(MKNOD|ALL)$/i.test(one));
      const isRoot = process.geteuid?.() === 0;
      if (!isRoot)
        once('only root can give devices again after they were unplugged: run sampan as root, or its agent');
      return grantDevices(
        {
          project: project.name,
          service: service.name,
          selectors,
          makesNodes,
          graceMs: service.written.stop_grace_period,
        },
        {
          devices: devices(),
          roots: HOST_ROOTS,
          directory: isRoot ? placeOf(service.name) : undefined,
          warn: once,
        },
      );
    },
    waitsFor: service => waiting(service, devices),
    started: async (service, { id, name, pid }) => {
      if (project.services.get(service)?.written['x-sampan']?.devices === undefined || pid === 0) return;
      try {
        keepStarted({ id, name, pid }, { directory: placeOf(service), devices: devices() });
      } catch (error) {
        // It has what was there a moment ago.
        if (!isSampanError(error)) throw error;
        if (error.code !== 'not-found') once(error.message);
      }
    },
  };
}

/** Devices are read only for a service that must not be without. */
function waiting({ written }: Service, devices: () => readonly Device[]): string | undefined {
  const selectors = written['x-sampan']?.devices ?? [];
  return selectors.some(({ onLost }) => onLost === 'stop') ? awaited(selectors, devices()) : undefined;
}
