import { join } from 'node:path';
import type { Context } from '../context/index.ts';

/** Where Sampan keeps things of this user (XDG Base Directory Specification 0.8). */
export interface Places {
  /** The store. */
  readonly data: string;
  /** Work directories of runs. */
  readonly work: string;
  /** Reports of slimmed images, for `sampan why`. */
  readonly reports: string;
}

/** The places that the environment says. */
export function placesOf({ env, home }: Pick<Context, 'env' | 'home'>): Places {
  const data = join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'sampan');
  const work = env.TMPDIR ? join(env.TMPDIR, `sampan-${process.geteuid?.() ?? 0}`) : join(data, 'work');
  return { data, work, reports: join(data, 'reports') };
}
