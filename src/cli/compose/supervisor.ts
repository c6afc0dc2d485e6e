import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectDocker, type Docker, engineInfo } from '../../core/docker/index.ts';
import type { Mount, Project } from '../../run/compose/index.ts';
import { deliver, EMPTY_CONFIG } from '../../run/config/index.ts';
import {
  type Current,
  currentOf,
  type ExecuteContext,
  type SuperviseEvent,
  type Wanted,
  type WantedOptions,
  wantedOf,
} from '../../run/supervise/index.ts';
import type { Context } from '../context/index.ts';
import { cdiGrantingOf, type Granting, grantingOf } from '../devices/index.ts';
import { placesOf } from '../places/index.ts';
import { imageBringer } from './bringer.ts';
import { deliveryOf, deviceConfig } from './device.ts';
import { grantFiles } from './granted.ts';

/** The engine of this device. @throws SampanError `unavailable`, `denied`. */
export async function openEngine({ env, signal }: Context): Promise<Docker> {
  return await connectDocker({ host: env.DOCKER_HOST, runtimeDirectory: env.XDG_RUNTIME_DIR }, { signal });
}

/** A project beside what the engine has of it. */
export interface Compared {
  readonly docker: Docker;
  readonly wanted: Wanted;
  readonly current: Current;
  readonly granting: Granting;
}

/** Asks the engine for all that a plan needs. */
export async function compare(context: Context, project: Project): Promise<Compared> {
  const docker = await openEngine(context);
  const { signal } = context;
  const machine = await engineInfo(docker, { signal });
  const granted = new Map<string, readonly Mount[]>();
  const directory = join(placesOf(context).data, 'projects');
  const device = deviceConfig(context, project.files) ?? EMPTY_CONFIG;
  for (const service of project.services.values()) {
    const delivering = { directory: deliveryOf(context, project.name), onlyMissing: true };
    const { mounts } = await deliver(service, device, delivering);
    granted.set(service.name, [...(await grantFiles(service, project, directory)), ...mounts]);
  }
  const warn = (text: string): void => void context.stderr.write(`! ${text}\n`);
  const granting = grantingOf(project, {
    directory: join(placesOf(context).data, 'devices'),
    warn,
  });
  const cdi = await cdiGrantingOf(project, { hasCdi: machine.hasCdi, warn });
  const editsOf: WantedOptions['editsOf'] = service => cdi.editsOf(service, granting.editsOf(service));
  const { stampOf } = cdi;
  const wanted = wantedOf(project, {
    machine,
    editsOf,
    stampOf,
    waitsFor: granting.waitsFor,
    filesOf: ({ name }) => granted.get(name) ?? [],
  });
  return { docker, wanted, granting, current: await currentOf(docker, wanted, signal) };
}

/** What executors use on this machine. */
export function executeContext(
  context: Context,
  { docker, wanted, granting }: Compared,
  options: {
    readonly report: (event: SuperviseEvent) => void;
    readonly force: boolean;
    readonly policy: string | undefined;
    readonly allowRollback?: boolean;
  },
): ExecuteContext {
  const images = imageBringer(context, wanted.project.directory, options);
  return {
    docker,
    wanted,
    signal: context.signal,
    fetchImage: image => images.bring(image),
    admitImage: reference => images.admit(reference),
    report: options.report,
    started: granting.started,
    force: options.force,
    sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
    now: context.now,
    monotonic: () => performance.now(),
  };
}
