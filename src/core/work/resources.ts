import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Something outside the work directory that must not outlive it.
 *
 * - `runtime`: a container of an OCI runtime; `root` is the runtime's state directory.
 * - `docker`: everything labelled with the run's id at the engine behind `socket`.
 * - `cgroup`: a control group, as an absolute path such as `/sampan-x`, in every hierarchy.
 * - `processes`: processes started with the work's `childEnvironment`.
 */
export type Resource =
  | { readonly kind: 'runtime'; readonly program: string; readonly root: string; readonly id: string }
  | { readonly kind: 'docker'; readonly socket: string }
  | { readonly kind: 'cgroup'; readonly group: string }
  | { readonly kind: 'processes' };

const FILE = 'resources.jsonl';

/** Writes it down, before it is made. When this returns, a later sweep will know it. */
export function appendResource(directory: string, resource: Resource): void {
  const file = openSync(join(directory, FILE), 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(resource)}\n`);
    // A killed process loses nothing that was written; of all kinds only Docker's outlive a power cut.
    if (resource.kind === 'docker') fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads them back; a line that was cut off is skipped: what it names was never made. */
export function readResources(directory: string): readonly Resource[] {
  let text: string;
  try {
    text = readFileSync(join(directory, FILE), 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap(line => parseResource(line) ?? []);
}

function parseResource(line: string): Resource | undefined {
  const fields = fieldsOf(line);
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [program, root, id, socket, group] = ['program', 'root', 'id', 'socket', 'group'].map(text);
  switch (fields.get('kind')) {
    case 'runtime':
      return program && root && id ? { kind: 'runtime', program, root, id } : undefined;
    case 'docker':
      return socket ? { kind: 'docker', socket } : undefined;
    case 'cgroup':
      // A group that is not one of ours, or climbs out, is never touched.
      return group && /^\/sampan-[\w-]+$/.test(group) ? { kind: 'cgroup', group } : undefined;
    case 'processes':
      return { kind: 'processes' };
    default:
      return undefined;
  }
}

function fieldsOf(line: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  } catch {
    return new Map();
  }
}
