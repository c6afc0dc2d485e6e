import { arch, release, type } from 'node:os';
import { versions } from 'node:process';
import { defineCommand, flag } from '../command/index.ts';
import { writeJson } from '../output/index.ts';
import { readVersion } from '../version/index.ts';

/** `sampan version`. */
export const versionCommand = defineCommand({
  description: 'A report of a problem should have what this prints.',
  arguments: {},
  options: { json: flag({ description: 'print JSON, schema sampan.version/1' }) },
  examples: [{ line: 'version', explanation: 'the version of Sampan, of Node.js and of the kernel' }],
  async run({ stdout }, { json }) {
    const facts = {
      sampan: readVersion(),
      node: versions.node,
      system: `${type()} ${release()}`,
      architecture: arch(),
    };
    if (json) writeJson(stdout, 'sampan.version/1', facts);
    else stdout.write(`sampan ${facts.sampan}\nnode ${facts.node}\n${facts.system} ${facts.architecture}\n`);
  },
});
