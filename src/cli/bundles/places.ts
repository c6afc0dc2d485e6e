import { engineImages, type LayeredImage } from '../../carry/inventory/index.ts';
import { imagesInEngine, type LoadPlace } from '../../carry/load/index.ts';
import { type Docker, engineInfo } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import type { StoreContext } from '../../core/store/index.ts';

/** Where images are loaded, and what the engine has, if there is one. */
export interface ChosenPlace {
  readonly place: LoadPlace;
  readonly inEngine: readonly LayeredImage[];
  /** What the only image is to be called there. */
  readonly name?: string | undefined;
}

/**
 * The place that a person names (`docker-daemon:[NAME]`, `store:[NAME]`); without one the local engine, and
 * the store where no engine answers.
 *
 * @throws SampanError `usage`, or `unavailable` where the engine that was asked for does not answer.
 */
export async function choosePlace(into: string | undefined, context: StoreContext): Promise<ChosenPlace> {
  const { transport, name } = parsePlace(into);
  const docker = transport === 'docker-daemon' ? await context.docker() : await ifReachable(context);
  const named = name === '' ? {} : { name };
  if (docker === undefined || transport === 'store') {
    const inEngine = docker === undefined ? [] : await engineImages(docker, context);
    return { place: { kind: 'store' }, inEngine, ...named };
  }
  const place: LoadPlace = { kind: 'engine', docker, info: await engineInfo(docker, context) };
  return { place, inEngine: await imagesInEngine(place, context), ...named };
}

function parsePlace(into: string | undefined): { readonly transport?: string; readonly name: string } {
  if (into === undefined) return { name: '' };
  const [, transport, name = ''] = /^(docker-daemon|store):(.*)$/s.exec(into) ?? [];
  if (transport !== undefined) return { transport, name };
  throw new SampanError('usage', `not a place to load into: ${JSON.stringify(into)}`, {
    remedy: 'write --into docker-daemon: or --into store:, with a name for the only image if you like',
  });
}

async function ifReachable(context: StoreContext): Promise<Docker | undefined> {
  try {
    return await context.docker();
  } catch (error) {
    if (isSampanError(error, 'unavailable')) return undefined;
    throw error;
  }
}
