#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// An older Node would stop at the first word that it does not know, with a trace that says nothing.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 5)) {
  process.stderr.write(
    `sampan: needs Node.js 24.5 or newer, this is ${process.version} (${process.execPath})\n` +
      '  install it, for instance with: npm install -g node\n',
  );
  process.exit(1);
}
// The user's own directory: Node's choice, a shared temporary directory, is one where others can write.
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
module.enableCompileCache(join(cache, 'sampan', 'node'));
const [{ runApp }, { COMMANDS }] = await Promise.all([
  import('./app/index.ts'),
  import('./commands/index.ts'),
]);
await runApp(process, COMMANDS);
