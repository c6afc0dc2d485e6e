import { exposedPorts } from '../../image/exercise/index.ts';
import type { SlimResult } from '../../image/slim/index.ts';
import { type Output, styleFor } from '../output/index.ts';
import type { SlimSummary } from './slim-table.ts';

/** Prints how the slim image is run from where it is, and how to ask about it: command lines to copy. */
export function printHints(output: Output, { result, places }: SlimSummary): void {
  const { dim } = styleFor(output);
  const name = withoutTransport(places, 'store') ?? '';
  const ports = exposedPorts(result.original.config).map(port => `-p ${port}:${port} `);
  const engine = withoutTransport(places, 'docker-daemon');
  const archive = withoutTransport(places, 'docker-archive');
  const run = (image: string): string => `docker run --rm ${ports.join('')}${image}`;
  const hints =
    engine !== undefined
      ? [`run it          ${run(engine)}`]
      : archive !== undefined
        ? [`run it          docker load -i ${archive} && ${run(name)}`]
        : [`into Docker     sampan copy store:${name} docker-daemon:${name}`, `run it there    ${run(name)}`];
  hints.push(`why a file      sampan why ${name} PATH`);
  if (lostShell(result))
    hints.push('no shell        docker exec … sh will not work; --keep /bin/sh keeps one');
  for (const hint of hints) output.write(dim(`  ${hint}\n`));
}

const SHELL = '/bin/sh';

/** True when there was a shell, for whoever wants to look around inside, and there is none now. */
function lostShell({ original, plan }: SlimResult): boolean {
  const found = original.tree.resolve(SHELL);
  if (found?.node.kind !== 'file') return false;
  return [found.node, ...found.via].some(node => !plan.kept.has(node.path));
}

function withoutTransport(places: readonly string[], transport: string): string | undefined {
  return places.find(place => place.startsWith(`${transport}:`))?.slice(transport.length + 1);
}
