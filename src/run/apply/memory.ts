import { inspectImage } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { Project } from '../compose/index.ts';
import type { AgentHost } from '../module/index.ts';
import { writeVersions } from './record.ts';
import { type Compared, noted, stillHeld, type Versions } from './versions.ts';

/** A project, and what is known of the versions of its services. */
export interface Remembered {
  readonly project: Project | undefined;
  versions: Versions;
}

/** What is remembered of versions, also after a restart. */
export interface Memory {
  /** For a project that was just read: what was written of it, less the holds that have ended. */
  recall(state: Remembered, project: Project): Promise<void>;
  /** Takes down what is there now, where it is healthy and as the files say, and writes it. */
  note(state: Remembered, project: Project, compared: Compared): Promise<void>;
  write(): Promise<void>;
}

/** Remembers, beginning with what was written before. */
export function openMemory(
  host: AgentHost,
  states: readonly Remembered[],
  old: ReadonlyMap<string, Versions>,
): Memory {
  const unread = new Map(old);
  const write = async (): Promise<void> => {
    const now = states.flatMap(({ project, versions }) =>
      project === undefined ? [] : [[project.name, versions] as const],
    );
    await writeVersions(host.state, new Map([...unread, ...now]));
  };
  return {
    recall: async (state, project) => {
      state.versions = unread.get(project.name) ?? state.versions;
      unread.delete(project.name);
      state.versions = await stillHeld(project, state.versions, image => imageIdOf(host, image));
    },
    note: async (state, project, compared) => {
      state.versions = noted(state.versions, project, compared);
      await write();
    },
    write,
  };
}

/** The ID of an image in the engine; undefined when it is not there. */
export async function imageIdOf(host: AgentHost, image: string): Promise<string | undefined> {
  try {
    return (await inspectImage(await host.docker(), image)).id;
  } catch (error) {
    if (isSampanError(error, 'not-found')) return undefined;
    throw error;
  }
}
