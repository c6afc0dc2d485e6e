import { createHmac, randomBytes } from 'node:crypto';
import { Refusal } from '../base/index.ts';
import type { Users } from './htpasswd.ts';

/** Checks passwords. */
export interface Passwords {
  /** True when it is the user's password. Takes as long for a user who does not exist. */
  check(user: string, password: string): Promise<boolean>;
}

/** Compares a password with a bcrypt hash. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

const KEEP_MS = 600_000;
const MAX_KEPT = 1000;
const MAX_WAITING = 64;
/**
 * Checks passwords one at a time, since each takes the processor for a while, and remembers for ten minutes which were right: under
 * a keyed hash that is worth nothing outside of this process. A changed hash in the file is asked for anew.
 *
 * @throws Refusal `TOOMANYREQUESTS` when too many wait.
 */
export function passwordsOf(
  file: { users(): Promise<Users> },
  options: { readonly compare: Compare; readonly now: () => number },
): Passwords {
  const key = randomBytes(32);
  const right = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const compareInTurn = async (password: string, hash: string): Promise<boolean> => {
    if (waiting >= MAX_WAITING) throw new Refusal('TOOMANYREQUESTS', 'too many passwords to check');
    waiting += 1;
    const mine = last.then(() => options.compare(password, hash));
    last = mine.catch(() => undefined);
    return await mine.finally(() => {
      waiting -= 1;
    });
  };
  return {
    check: async (user, password) => {
      const users = await file.users();
      const hash = users.get(user);
      const mark = createHmac('sha256', key)
        .update(JSON.stringify([user, password, hash]))
        .digest('base64');
      if ((right.get(mark) ?? 0) > options.now()) return true;
      // Somebody's hash stands in for that of a user who does not exist, so that both take as long.
      const [anybody] = users.values();
      if (anybody === undefined) return false;
      const isRight = await compareInTurn(password, hash ?? anybody);
      if (!isRight || hash === undefined) return false;
      right.set(mark, options.now() + KEEP_MS);
      if (right.size > MAX_KEPT) forgetFirst(right);
      return true;
    },
  };
}

function forgetFirst(map: Map<string, number>): void {
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
