import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createGzip } from 'node:zlib';
import { fileContent } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { formatPlatform, hostPlatform, type Platform, parsePlatform } from '../../core/oci/index.ts';
import { formatSize } from '../../core/text/index.ts';
import { readElf } from '../../image/userland/elf/index.ts';
import type { ModuleName } from '../../run/module/index.ts';
import { MODULE_NAMES } from '../agent/index.ts';
import type { Context } from '../context/index.ts';
import { formatTable } from '../output/index.ts';
import { placesOf } from '../places/index.ts';
import { type Bundle, bundleAgent } from './bundle.ts';
import { makeExecutable } from './executable.ts';
import { writeAgentImage } from './image.ts';
import { nodeFor } from './node.ts';

/** What `sampan agent build` is told. */
export interface BuildValues {
  readonly modules: string | undefined;
  readonly platform: string | undefined;
  readonly output: string | undefined;
  readonly image: string | undefined;
  readonly root: string | undefined;
  readonly node: string | undefined;
}

/** Builds an agent with the chosen modules, and tells what each costs. */
export async function buildHere(context: Context, values: BuildValues): Promise<void> {
  const { signal, cwd } = context;
  const modules = chosen(values.modules);
  const platform = values.platform === undefined ? hostPlatform() : parsePlatform(values.platform);
  const nodePath =
    values.node === undefined
      ? await nodeFor(platform, { cache: placesOf(context).data, signal })
      : resolve(cwd, values.node);
  checkNode(nodePath, platform);
  const bundle = await bundleAgent(modules);
  const output = resolve(cwd, values.output ?? 'sampan-agent');
  await makeExecutable({ code: bundle.code, nodePath, output, signal });
  context.stdout.write(costTable(bundle, context));
  const sizes = `${formatSize(statSync(output).size)}, ${formatSize(await compressedSize(output))} compressed`;
  context.stdout.write(`${output}: ${formatPlatform(platform)}, ${sizes}\n`);
  if (values.image === undefined) return;
  const root = resolve(cwd, values.root ?? '/');
  const image = await writeAgentImage(context, { name: values.image, executable: output, platform, root });
  context.stdout.write(`${image.name}: ${formatSize(image.compressedBytes)} compressed\n`);
}

function chosen(text: string | undefined): readonly ModuleName[] {
  if (text === undefined) return MODULE_NAMES;
  return text.split(',').map(name => {
    const found = MODULE_NAMES.find(one => one === name.trim());
    if (found === undefined)
      throw new SampanError('usage', `there is no module ${JSON.stringify(name)}`, {
        remedy: `choose among ${MODULE_NAMES.join(', ')}`,
      });
    return found;
  });
}

function checkNode(path: string, { architecture }: Platform): void {
  const found = readElf(fileContent(path, statSync(path).size));
  if (found?.architecture !== architecture)
    throw new SampanError('usage', `${path} is no node for ${architecture}`);
}

function costTable({ code, costs }: Bundle, { stdout }: Context): string {
  const base = code.length - [...costs.values()].reduce((sum, bytes) => sum + bytes, 0);
  const rows = [...costs].map(([name, bytes]) => [name, formatSize(bytes)]);
  return formatTable(
    [{ title: 'MODULE' }, { title: 'ADDS', align: 'right' }],
    [...rows, ['what all of them share', formatSize(base)], ['together', formatSize(code.length)]],
    stdout,
  );
}

async function compressedSize(path: string): Promise<number> {
  let size = 0;
  for await (const chunk of createReadStream(path).pipe(createGzip({ level: 9 }))) size += chunk.length;
  return size;
}
