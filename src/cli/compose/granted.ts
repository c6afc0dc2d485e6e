import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesContent,
  contentStream,
  digestOf,
  makeDirectories,
  writeAtomically,
} from '../../core/bytes/index.ts';
import { wrap } from '../../core/errors/index.ts';
import type { GrantedFile, Mount, Project, Service } from '../../run/compose/index.ts';

/**
 * Puts the configurations and secrets of a service where its containers can have them. A file that is as it must be
 * is bound from where it is; others are written below `directory`, under a name that changes with what is in them.
 */
export async function grantFiles(
  service: Service,
  project: Project,
  directory: string,
): Promise<readonly Mount[]> {
  return await Promise.all(
    service.files.map(async file => {
      const source = await sourceOf(file, join(directory, project.name, service.name));
      return { type: 'bind', source, target: file.target, isReadOnly: true } as const;
    }),
  );
}

async function sourceOf(file: GrantedFile, directory: string): Promise<string> {
  const { uid, gid, mode, content } = file;
  const isPlain = uid === undefined && gid === undefined && mode === undefined;
  if (file.file !== undefined && isPlain) return file.file;
  const bytes = content === undefined ? readGranted(file) : Buffer.from(content);
  makeDirectories(directory, { mode: 0o700 });
  const version = digestOf(Buffer.concat([bytes, Buffer.from(`${uid}:${gid}:${mode}`)])).slice(7, 19);
  const path = join(directory, `${file.kind}-${file.name}-${version}`);
  // The name says what is in it: written once, and not each time that an agent looks.
  if (isWhole(path, bytes.length, mode ?? 0o444)) return path;
  await writeAtomically(path, contentStream(bytesContent(bytes)));
  if (uid !== undefined || gid !== undefined) chownSync(path, Number(uid ?? 0), Number(gid ?? 0));
  // Last: it says that all of the above is done.
  chmodSync(path, mode ?? 0o444);
  return path;
}

function isWhole(path: string, sizeBytes: number, mode: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.size === sizeBytes && (stat.mode & 0o7777) === mode;
}

function readGranted({ file = '', kind, name }: GrantedFile): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw wrap(`reading the ${kind} ${name}`, error);
  }
}
