import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { countChunks, formatChunkList } from '../../carry/fetch/index.ts';
import { throwIfCancelled, writeAtomically } from '../../core/bytes/index.ts';
import { wrap } from '../../core/errors/index.ts';
import { defineCommand, file, required } from '../command/index.ts';

/** `sampan chunks`. */
export const chunksCommand = defineCommand({
  description:
    'Writes FILE.chunks: the digest of each MiB of a file. Put beside the file on a web server, it lets sampan fetch check each chunk as it arrives, and fetch a damaged one again instead of the file.',
  arguments: { file: required({ description: 'any file: a bundle, a delta, a firmware' }) },
  options: { output: file({ short: 'o', description: 'the list; FILE.chunks unless told' }) },
  examples: [{ line: 'chunks app.tar', explanation: 'writes app.tar.chunks' }],
  async run(context, values) {
    const output = values.output ?? `${values.file}.chunks`;
    const counter = countChunks();
    try {
      for await (const bytes of createReadStream(resolve(context.cwd, values.file))) {
        throwIfCancelled(context.signal);
        counter.add(bytes);
      }
    } catch (error) {
      throw wrap(`reading ${values.file}`, error);
    }
    const list = counter.end();
    await writeAtomically(resolve(context.cwd, output), once(formatChunkList(list)));
    context.stdout.write(`${output}  ${list.digest}\n`);
  },
});

async function* once(content: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(content);
}
