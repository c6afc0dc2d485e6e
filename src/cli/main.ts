#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// The user's own directory: Node's choice, a shared temporary directory, is one where others can write.
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
enableCompileCache(join(cache, 'sampan', 'node'));
const [{ runApp }, { COMMANDS }] = await Promise.all([
  import('./app/index.ts'),
  import('./commands/index.ts'),
]);
await runApp(process, COMMANDS);
