import type { Engine } from '../../core/engine/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import type { LocalLayer } from '../../core/store/index.ts';
import { leaveWork, openWork } from '../../core/work/index.ts';
import { type Exercise, exercise, type RunRecord } from '../../image/exercise/index.ts';
import { provideRoot } from '../../image/rootfs/index.ts';
import type { RunOptions } from '../../image/slim/index.ts';
import type { Tree } from '../../image/tree/index.ts';

/** An image to run, and how. */
export interface Trial {
  readonly tree: Tree;
  /** Those of the tree, where they are at hand. */
  readonly layers?: readonly LocalLayer[];
  readonly config: ImageConfig;
  readonly exercise: Exercise;
  /** An earlier run of the same app: the same ports and pages are asked for. */
  readonly like?: RunRecord;
}

/**
 * Runs an image once on a copy of its own, from its start through its probes to a graceful stop. A program that
 * cannot even be started is a finding about the image, not an error.
 *
 * @param options.base where work directories go
 * @throws what the engine throws but for `not-found`.
 */
export async function runImage(
  engine: Engine,
  trial: Trial,
  { base, ...options }: RunOptions & { readonly base: string },
): Promise<RunRecord> {
  const work = await openWork(base);
  try {
    const { layers } = trial;
    const place = { work, name: 'tried', ...options, ...(layers === undefined ? {} : { layers }) };
    const root = await provideRoot(trial.tree, place);
    const { config, exercise: wanted, like } = trial;
    const subject = { config, rootfs: root.directory, exercise: wanted, like, warnings: root.warnings };
    return await exercise(engine, { ...subject, ...options });
  } catch (error) {
    if (isSampanError(error, 'not-found')) return neverStarted(error.message);
    throw error;
  } finally {
    await leaveWork(work, options);
  }
}

function neverStarted(why: string): RunRecord {
  return {
    outcome: 'crashed',
    readyMs: 0,
    stopMs: 0,
    exit: { code: 127, oomKilled: false },
    probes: [],
    ports: [],
    visited: [],
    output: { stdout: '', stderr: why },
    usage: {},
    warnings: [],
  };
}
