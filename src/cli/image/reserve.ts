import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { wrap } from '../../core/errors/index.ts';

/** A file that can be written, and is not there before it is whole. Disposing it removes what is not. */
export interface ReservedFile extends Disposable {
  readonly path: string;
  /** @throws SampanError `no-space`, `denied`. */
  write(text: string): void;
}

/**
 * Makes sure that a file can be written before long work begins.
 *
 * @throws SampanError `not-found`, `denied`.
 */
export function reserveFile(path: string): ReservedFile {
  const part = `${path}.part`;
  const write = (text: string): void => {
    try {
      writeFileSync(part, text);
    } catch (error) {
      throw wrap(`writing ${path}`, error);
    }
  };
  write('');
  return {
    path,
    write: text => {
      write(text);
      renameSync(part, path);
    },
    [Symbol.dispose]: () => rmSync(part, { force: true }),
  };
}
