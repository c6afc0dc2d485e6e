import { globSync, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import { kindByName } from '../../image/lint/index.ts';

/** Directories in which nobody writes Dockerfiles of their own. */
const SKIPPED: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  'vendor',
  'target',
  '.venv',
  '__pycache__',
]);
const MAX_ENTRIES = 500_000;

/**
 * The files that arguments name, as paths relative to `cwd`, each once: files as they are, the Dockerfiles and Compose
 * files below directories, and what globs match. `-` stays `-`.
 *
 * @throws SampanError `not-found` for an argument that names nothing.
 */
export function findFiles(cwd: string, names: readonly string[]): string[] {
  const found = names.flatMap(name => (name === '-' ? ['-'] : filesOf(cwd, name)));
  return [...new Set(found)];
}

function filesOf(cwd: string, name: string): string[] {
  const path = resolve(cwd, name);
  const kind = kindOfPath(path);
  if (kind === 'file') return [shown(cwd, path)];
  if (kind === 'directory') {
    const below = filesBelow(path).map(file => shown(cwd, file));
    if (below.length > 0) return below;
    throw new SampanError('not-found', `no Dockerfile and no Compose file in ${name}`, {
      remedy: 'name the file, if it is called otherwise',
    });
  }
  const matched = /[*?[{]/.test(name) ? globSync(name, { cwd, exclude: entry => SKIPPED.has(entry) }) : [];
  const files = matched.filter(file => kindOfPath(resolve(cwd, file)) === 'file').sort();
  if (files.length === 0) throw new SampanError('not-found', `there is no file ${name}`);
  return files.map(file => shown(cwd, resolve(cwd, file)));
}

function kindOfPath(path: string): 'file' | 'directory' | undefined {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(systemCode(error) ?? '') || isBadName(error))
      return undefined;
    throw wrap(`looking at ${path}`, error);
  }
}

function isBadName(error: unknown): boolean {
  return systemCode(error) === 'ERR_INVALID_ARG_VALUE';
}

function shown(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short.split(sep).join('/');
}

/** Symlinks are not followed: they lead to files that are found by their own names, or out of the directory. */
function filesBelow(directory: string): string[] {
  const files: string[] = [];
  const waiting = [directory];
  let entries = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of list(at)) {
      if (++entries > MAX_ENTRIES) {
        throw new SampanError('limit', `${directory} has more than ${MAX_ENTRIES} files`, {
          remedy: 'name the files to lint',
        });
      }
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push(join(at, entry.name));
      else if (entry.isFile() && kindByName(entry.name) !== undefined) files.push(join(at, entry.name));
    }
  }
  return files.sort();
}

function list(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    // A directory that may not be read holds nothing to lint.
    if (systemCode(error) === 'EACCES') return [];
    throw wrap(`reading ${directory}`, error);
  }
}
