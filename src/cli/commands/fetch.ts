import { resolve } from 'node:path';
import { FETCH_OPTIONS, fetchTo, fileNameOf } from '../bundles/index.ts';
import { defineCommand, file, flag, required } from '../command/index.ts';
import { formatSize, writeJson } from '../output/index.ts';

/** `sampan fetch`. */
export const fetchCommand = defineCommand({
  description:
    'Fetches a file over HTTP on a link that drops. After any interruption, also a reboot or a power cut, it goes on inside the file where it was. Where the server has a list of the chunks (FILE.chunks, written by sampan bundle --chunks or sampan chunks), each is checked as it arrives, and a damaged one is fetched again, not the file. The file appears under its name only when it is whole and checked.',
  arguments: { url: required({ description: 'an http or https address', complete: 'nothing' }) },
  options: {
    output: file({ short: 'o', description: 'the file; named as in the URL unless told' }),
    ...FETCH_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.fetched/1' }),
  },
  examples: [
    { line: 'fetch https://updates.example/app.tar', explanation: 'run it again and it goes on' },
    {
      line: 'fetch https://updates.example/app.tar --limit-rate 200k --window 01:00-05:00',
      explanation: 'slowly, and at night',
    },
  ],
  async run(context, values) {
    const name = values.output ?? fileNameOf(values.url);
    const fetched = await fetchTo(context, values, { url: values.url, path: resolve(context.cwd, name) });
    const { sizeBytes, digest, resumedAt, checkedBy } = fetched;
    if (values.json)
      writeJson(context.stdout, 'sampan.fetched/1', { file: name, sizeBytes, digest, resumedAt, checkedBy });
    else context.stdout.write(`${name}  ${formatSize(sizeBytes)}  ${digest}\n`);
    if (checkedBy === 'size' && !context.quiet) {
      context.stderr.write(
        'note: nothing told what the bytes must be; compare the digest, or give --digest\n',
      );
    }
  },
});
