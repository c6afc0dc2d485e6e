import { encodeName } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';

/** The parts of an absolute or relative path, without empty ones and dots; `..` is kept. */
export function components(path: string): string[] {
  return path.split('/').filter(part => part !== '' && part !== '.');
}

/** The directory that holds `path`; `/` for the root itself. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `path` below `directory`, both without a slash at the end. */
export function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

const DOTS = /(^|\/)\.{1,2}(\/|$)/;

/**
 * The absolute, normalised form of a path in a layer. A leading slash changes nothing, as in every engine.
 *
 * @throws SampanError `invalid` for a path with `..` in it, `limit` for one of more than 4096 characters, or
 * with a name of more than 255 bytes: no file system of Linux holds it.
 */
export function layerPath(path: string): string {
  if (path.length > MAX_PATH)
    throw new SampanError('limit', `a path of ${path.length} characters: ${path.slice(0, 80)}…`);
  if (path.length > MAX_NAME / MOST_BYTES) checkNames(path);
  if (!DOTS.test(path) && !path.includes('//')) {
    const end = path.endsWith('/') ? path.length - 1 : path.length;
    return path.startsWith('/') ? path.slice(0, Math.max(end, 1)) : `/${path.slice(0, end)}`;
  }
  const parts = components(path);
  if (parts.includes('..')) {
    throw new SampanError('invalid', `the layer holds ${JSON.stringify(path)}, which leads out of the root`, {
      remedy: 'do not trust this image: no image builder writes such a path',
    });
  }
  return `/${parts.join('/')}`;
}

const MAX_PATH = 4096;
const MAX_NAME = 255;
/** Of one character. */
const MOST_BYTES = 3;

function checkNames(path: string): void {
  for (const name of path.split('/')) {
    if (name.length <= MAX_NAME / MOST_BYTES || encodeName(name).length <= MAX_NAME) continue;
    throw new SampanError('limit', `a name of more than ${MAX_NAME} bytes: ${name.slice(0, 80)}…`);
  }
}

/**
 * The target of a symbolic link, as it is.
 *
 * @throws SampanError `invalid` for an empty one, `limit` for one of 4096 bytes or more: the kernel makes neither.
 */
export function checkTarget(target: string, path: string): string {
  if (target === '') throw new SampanError('invalid', `the link ${path} has no target`);
  if (target.length < MAX_PATH / MOST_BYTES || encodeName(target).length < MAX_PATH) return target;
  throw new SampanError('limit', `the target of the link ${path} has more than ${MAX_PATH - 1} bytes`);
}
