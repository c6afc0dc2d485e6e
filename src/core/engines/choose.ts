import type { Engine } from '../engine/index.ts';
import { type DockerEngineOptions, dockerEngine } from '../engine-docker/index.ts';
import { isSampanError, SampanError } from '../errors/index.ts';
import { type RuncOptions, runcEngine } from '../runc/index.ts';
import { sweep } from '../work/index.ts';

/** What an engine is chosen from. */
export interface EngineOptions extends RuncOptions, DockerEngineOptions {}

/** What `--engine` takes. */
export type EngineChoice = 'auto' | 'runc' | 'docker';

const RUNTIMES = ['runc', 'crun'];

/**
 * The engine that was asked for; with `auto` an OCI runtime where this process is root and one is installed,
 * else Docker or Podman. What killed runs have left in the base directory is removed first.
 *
 * @throws SampanError `unavailable` or `denied`, with what to do about it.
 */
export async function chooseEngine(choice: EngineChoice, options: EngineOptions): Promise<Engine> {
  await sweep(options.base);
  if (choice === 'docker') return await dockerEngine(options);
  const runc = await attempt(() => firstRuntime(options));
  if (!isSampanError(runc)) return runc;
  if (choice === 'runc') throw runc;
  const docker = await attempt(() => dockerEngine(options));
  if (!isSampanError(docker)) return docker;
  throw new SampanError('unavailable', `no engine can run containers: ${runc.message}; ${docker.message}`, {
    cause: docker,
    remedy: 'install runc and run with sudo, or start Docker or Podman',
  });
}

async function firstRuntime(options: EngineOptions): Promise<Engine> {
  if (options.runtime !== undefined) return await runcEngine(options);
  const [first, second] = RUNTIMES;
  const engine = await attempt(() => runcEngine({ ...options, runtime: first ?? 'runc' }));
  if (!isSampanError(engine)) return engine;
  if (engine.code !== 'unavailable') throw engine;
  return await attempt(() => runcEngine({ ...options, runtime: second ?? 'crun' })).then(other => {
    if (isSampanError(other)) throw engine;
    return other;
  });
}

async function attempt(open: () => Promise<Engine>): Promise<Engine | SampanError> {
  try {
    return await open();
  } catch (error) {
    if (isSampanError(error)) return error;
    throw error;
  }
}
