import { changesOf, HOST_ROOTS, openCatalogue, watchDevices } from '../../run/devices/index.ts';
import type { Context } from '../context/index.ts';
import { styleFor, visible } from '../output/index.ts';
import { deviceJson, nodesText } from './list.ts';

/** Tells what comes and goes, one line each, until it is cancelled. */
export async function watchAndTell(
  { stdout, signal, now }: Context,
  { json }: { readonly json: boolean },
): Promise<void> {
  const catalogue = openCatalogue(HOST_ROOTS);
  let devices = catalogue.read();
  const style = styleFor(stdout);
  using _ = watchDevices({
    roots: HOST_ROOTS,
    changed: () => {
      const before = devices;
      devices = catalogue.read();
      for (const { action, device } of changesOf(before, devices)) {
        const time = new Date(now()).toISOString();
        if (json) stdout.write(`${JSON.stringify({ time, action, device: deviceJson(device, devices) })}\n`);
        else {
          const sign = { add: style.green('+'), remove: style.red('-'), change: style.yellow('~') }[action];
          stdout.write(`${time.slice(11, 23)} ${sign} ${visible(device.name)} ${nodesText(device)}\n`);
        }
      }
    },
  });
  // Timers of the watch do not keep a program alive.
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(alive);
  signal.throwIfAborted();
}
