import type { Container, Engine } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import type { Cancel, LocalLayer } from '../../core/store/index.ts';
import { type Leaving, leaveWork, openWork } from '../../core/work/index.ts';
import { type Exercise, exercise, type RunRecord, reasonsOf } from '../exercise/index.ts';
import { type Footprint, provideRoot, type RootFileSystem } from '../rootfs/index.ts';
import type { Tree } from '../tree/index.ts';

/** An image to observe. */
export interface Observed {
  readonly tree: Tree;
  readonly layers: readonly LocalLayer[];
  readonly config: ImageConfig;
  readonly exercise: Exercise;
}

/** What an observed run showed. */
export interface Observation {
  readonly run: RunRecord;
  readonly footprints: readonly Footprint[];
  readonly how: RootFileSystem['how'];
}

/** How to observe. */
export interface ObserveOptions extends Cancel, Leaving {
  /** Where work directories go. */
  readonly base: string;
  /** See `WriteOptions` of the root file system. */
  readonly meanwhile?: () => void;
  /** Called when the container has started. */
  readonly started?: () => void;
  /** Called when the app is ready, before it is stopped. */
  readonly whileReady?: (container: Container) => Promise<void>;
}

/**
 * Runs an image from its start through its probes to a graceful stop, and reads the footprints that it leaves.
 *
 * @throws SampanError `unproven` when the app does not work even in the original; what the engine throws.
 */
export async function observe(
  engine: Engine,
  image: Observed,
  options: ObserveOptions,
): Promise<Observation> {
  const work = await openWork(options.base);
  try {
    const root = await provideRoot(image.tree, { work, name: 'watched', layers: image.layers, ...options });
    const run = await exercise(engine, {
      config: image.config,
      rootfs: root.directory,
      exercise: image.exercise,
      warnings: root.warnings,
      ...options,
    });
    checkWorks(run, image.exercise);
    return { run, footprints: root.footprints(), how: root.how };
  } finally {
    await leaveWork(work, options);
  }
}

function checkWorks(run: RunRecord, wanted: Exercise): void {
  const last = reasonsOf(run);
  if (run.exit.oomKilled) {
    throw new SampanError('unproven', 'the image itself ran out of memory under these limits', {
      remedy: 'give it more with --memory',
    });
  }
  if (run.outcome === 'crashed') {
    throw new SampanError('unproven', `the image itself ends at once with status ${run.exit.code}${last}`, {
      remedy: 'give it what it needs (--env, --mount, --user), or use --level safe, which needs no run',
    });
  }
  if (run.outcome === 'never-ready') {
    throw new SampanError(
      'unproven',
      `the image itself is not ready after ${wanted.readyMs / 1000} s${last}`,
      {
        remedy:
          'give it more time (--ready-timeout) or what it waits for (--env, --mount), or use --level safe',
      },
    );
  }
  const failed = run.probes.filter(probe => !probe.ok);
  if (failed.length > 0) {
    const all = failed.map(probe => `${probe.name}: ${probe.detail}`).join('; ');
    throw new SampanError('unproven', `the image itself fails its probes: ${all}${last}`, {
      remedy: 'mend the probe, or say which status is right: --probe "http://:8080/x => 404"',
    });
  }
}
