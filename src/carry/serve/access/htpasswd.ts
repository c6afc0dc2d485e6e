import { readFile, stat } from 'node:fs/promises';
import { SampanError, wrap } from '../../../core/errors/index.ts';

/** Users and the bcrypt hashes of their passwords. */
export type Users = ReadonlyMap<string, string>;

const MAX_BYTES = 1 << 20;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** Each step more takes twice as long; beyond this a single password would hold up everybody. */
const MAX_COST = 14;

/**
 * Reads a password file as `htpasswd -B` writes it: `user:hash` a line. Empty lines and those that begin with `#` are left out.
 *
 * @throws SampanError `invalid` naming the line, `unsupported` for another hash than bcrypt, `limit`.
 */
export function parseHtpasswd(text: string, path: string): Users {
  const users = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const [user, hash] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (colon <= 0) throw new SampanError('invalid', `${path}: line ${i + 1} is not user:hash`);
    const cost = BCRYPT.exec(hash)?.[1];
    if (cost === undefined) {
      throw new SampanError('unsupported', `${path}: the password of ${user} is not hashed with bcrypt`, {
        remedy: `make it with: htpasswd -B ${path} ${user}`,
      });
    }
    if (Number(cost) > MAX_COST) {
      throw new SampanError('limit', `${path}: the cost of ${user} is ${cost}, at most ${MAX_COST} is taken`);
    }
    users.set(user, hash);
  }
  return users;
}

/** Reads the file again when it has changed; one that cannot be read any more leaves things as they were. */
export function watchHtpasswd(path: string): { users(): Promise<Users> } {
  let known: { readonly mark: string; readonly users: Users } | undefined;
  return {
    users: async () => {
      try {
        const { size, mtimeMs, ino } = await stat(path);
        const mark = `${size} ${mtimeMs} ${ino}`;
        if (known?.mark === mark) return known.users;
        if (size > MAX_BYTES) throw new SampanError('limit', `${path}: more than ${MAX_BYTES} bytes`);
        known = { mark, users: parseHtpasswd(await readFile(path, 'utf8'), path) };
      } catch (error) {
        if (known === undefined) throw wrap('reading the passwords', error);
      }
      return known.users;
    },
  };
}
