import type { Project } from '../compose/index.ts';
import type { AgentHost, ModuleAnswer, ModuleCall } from '../module/index.ts';
import { released, rolledBack, type Versions } from './versions.ts';

/** What can be asked of a project. */
export interface Answering {
  readonly project: Project | undefined;
  versions: Versions;
  retryMs: number;
  readonly refused: Set<string>;
  refreshedMs: number;
}

/** What answering needs. */
export interface Answered extends Pick<AgentHost, 'bus'> {
  changed(): Promise<void>;
  hasImage(id: string): Promise<boolean>;
}

/**
 * `POST now`: looks at once, whatever the back-off says. `POST rollback` and `POST release`, each with
 * `{"project": …, "service": …}`: runs what ran before, until the file says something else of it, or what the file says.
 */
export async function answer(
  states: readonly Answering[],
  { method, path, body }: ModuleCall,
  { bus, changed, hasImage }: Answered,
): Promise<ModuleAnswer | undefined> {
  if (method !== 'POST' || !/^(now|rollback|release)$/.test(path)) return undefined;
  if (path !== 'now') {
    const asked = askedOf(body);
    if (asked === undefined)
      return { status: 400, json: { error: 'the body must be {"project", "service"}' } };
    const { name, service } = asked;
    const state = states.find(one => one.project?.name === name);
    const next =
      state?.project === undefined
        ? undefined
        : path === 'release'
          ? released(state.versions, service)
          : rolledBack(state.versions, state.project, service);
    if (state === undefined || next === undefined) {
      const what = path === 'release' ? 'is not held' : 'has nothing to go back to';
      return { status: 409, json: { error: `${service} of ${name} ${what}` } };
    }
    const heldId = next.services[service]?.held?.runs.imageId;
    if (heldId !== undefined && !(await hasImage(heldId)))
      return { status: 409, json: { error: `the image that ${service} had before is not there any more` } };
    state.versions = next;
    bus.tell({
      from: 'apply',
      kind: path === 'release' ? 'update.released' : 'update.held',
      severity: 'warning',
      text:
        path === 'release'
          ? `${service} of ${name} is as the file says again, since it was asked for`
          : `${service} of ${name} goes back to what ran before, since it was asked for; it is held there until the file says something else of it`,
      data: { project: name, service },
    });
  }
  for (const state of states) {
    state.retryMs = 0;
    state.refreshedMs = Number.NEGATIVE_INFINITY;
    state.refused.clear();
  }
  await changed();
  return { status: 202, json: { started: true } };
}

function askedOf(body: string): { readonly name: string; readonly service: string } | undefined {
  try {
    const { project, service }: Readonly<Record<string, unknown>> = Object(JSON.parse(body));
    return typeof project === 'string' && typeof service === 'string'
      ? { name: project, service }
      : undefined;
  } catch {
    return undefined;
  }
}
