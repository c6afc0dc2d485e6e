import { SampanError } from '../../core/errors/index.ts';
import type { Inspected } from '../../image/inspect/index.ts';
import type { Context, RawTerminal } from '../context/index.ts';
import { knowsUnicode } from './ascii.ts';
import { fit, press } from './press.ts';
import { screenOf } from './screen.ts';
import { FIRST, type State } from './state.ts';
import { openScreen, type Screen } from './terminal.ts';
import { type World, worldOf } from './world.ts';

/**
 * The terminal to explore in.
 *
 * @throws SampanError `usage` where there is none that can be drawn on.
 */
export function terminalFor({ terminal }: Pick<Context, 'terminal'>): RawTerminal {
  const remedy = '--html FILE writes a page to look at instead, --all prints every finding';
  if (terminal === undefined) {
    throw new SampanError('usage', '--explore needs a terminal for its input and its output', { remedy });
  }
  if (terminal.name === '' || terminal.name === 'dumb') {
    const name = terminal.name === '' ? 'is not set' : `is ${terminal.name}`;
    throw new SampanError('usage', `--explore needs a terminal that can move its cursor, and TERM ${name}`, {
      remedy,
    });
  }
  return terminal;
}

/**
 * Lets a person look around in an image, until they are done.
 *
 * @throws SampanError `cancelled` when they interrupt it, or a signal does. The terminal is as it was in any case.
 */
export async function explore(inspected: Inspected, terminal: RawTerminal, context: Context): Promise<void> {
  const world = worldOf(inspected);
  using screen = await openScreen(terminal, {
    color: context.stdout.color,
    unicode: knowsUnicode(context.env),
  });
  const end = await lookAround(world, screen, context.signal);
  if (end === 'interrupt') throw new SampanError('cancelled', 'interrupted');
}

/** Draws and acts on keys until a person is done. Rejects when the signal is aborted, and with what drawing throws. */
export function lookAround(world: World, screen: Screen, signal: AbortSignal): Promise<State['end']> {
  return new Promise((resolve, reject) => {
    let state = fit(FIRST, world, screen.size());
    let isDue = false;
    const draw = (): void => {
      isDue = false;
      screen.draw(screenOf(state, world, screen.size()));
    };
    const act = (key: string | undefined): void => {
      const size = screen.size();
      state = key === undefined ? fit(state, world, size) : press(state, key, { world, size });
      if (state.end !== undefined) {
        resolve(state.end);
        return;
      }
      // Keys that came together are drawn together.
      if (!isDue) setImmediate(guarded(draw, reject));
      isDue = true;
    };
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    signal.throwIfAborted();
    draw();
    screen.listen(key => guarded(() => act(key), reject)());
  });
}

/** What is thrown later ends the whole, so that the terminal is given back first. */
function guarded(act: () => void, fail: (error: unknown) => void): () => void {
  return () => {
    try {
      act();
    } catch (error) {
      fail(error);
    }
  };
}
