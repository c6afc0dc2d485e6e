import { join } from 'node:path';
import type { Engine } from '../../core/engine/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import type { Cancel } from '../../core/store/index.ts';
import { openWork } from '../../core/work/index.ts';
import { type Exercise, exercise, type RunRecord } from '../../image/exercise/index.ts';
import { provideRoot } from '../../image/rootfs/index.ts';
import type { Candidate, Prover } from '../../image/slim/index.ts';
import { steadyDifferences } from './compare.ts';
import { type LookupTrace, traceLookups } from './lookups.ts';
import { runImage } from './run.ts';

/** How the original was run. */
export interface ProofOptions {
  readonly engine: Engine;
  readonly config: () => Promise<ImageConfig>;
  readonly exercise: Exercise;
  /** Where work directories go. */
  readonly base: string;
}

/** Proves slim images by running them as the original was run, under the same limits, with the same probes. */
export function proverWith(options: ProofOptions): Prover {
  return {
    run: async (image, like, cancel = {}) => {
      const { engine, base, exercise: wanted } = options;
      const trial = {
        tree: image.tree,
        layers: image.layers,
        config: await options.config(),
        exercise: wanted,
        like,
      };
      return await runImage(engine, trial, { base, ...cancel });
    },
    differences: steadyDifferences,
    failedLookups: (candidate, like, cancel = {}) => lookups(candidate, { ...options, like }, cancel),
  };
}

async function lookups(
  candidate: Candidate,
  options: ProofOptions & { readonly like: RunRecord },
  cancel: Cancel,
): Promise<readonly string[]> {
  await using work = await openWork(options.base);
  work.record({ kind: 'processes' });
  const root = await provideRoot(candidate.tree, { work, name: 'traced', ...cancel });
  let trace: LookupTrace | undefined;
  try {
    await exercise(options.engine, {
      config: await options.config(),
      rootfs: root.directory,
      exercise: { ...options.exercise, readyMs: Math.min(options.exercise.readyMs, 20_000) },
      like: options.like,
      beforeStart: async pid => {
        trace = await traceLookups(pid, join(work.path, 'trace'), work.childEnvironment);
      },
      ...cancel,
    });
  } catch (error) {
    if (!isSampanError(error, 'not-found') && !isSampanError(error, 'unavailable')) throw error;
  }
  return (await trace?.finish()) ?? [];
}
