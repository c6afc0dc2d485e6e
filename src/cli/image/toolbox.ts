import type { Engine } from '../../core/engine/index.ts';
import { chooseEngine, type EngineChoice } from '../../core/engines/index.ts';
import type { Context } from '../context/index.ts';
import { type CarryChoice, type Carrying, openCarrying } from '../registry/index.ts';

/** What commands on images work with. */
export interface Toolbox extends Carrying {
  /** @throws SampanError `unavailable`, `denied`. */
  engine(choice: EngineChoice): Promise<Engine>;
}

/** Opens the store and makes the work directory. */
export async function openToolbox(context: Context, options: CarryChoice = {}): Promise<Toolbox> {
  const carrying = await openCarrying(context, options);
  const { env } = context;
  const search = { host: env.DOCKER_HOST, runtimeDirectory: env.XDG_RUNTIME_DIR };
  return {
    ...carrying,
    engine: choice =>
      chooseEngine(choice, { base: carrying.places.work, searchPath: env.PATH ?? '', ...search }),
  };
}
