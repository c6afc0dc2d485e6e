import { runApp } from '../../../src/cli/app/index.ts';
import { TABLE } from './table.ts';

// The command line with what is tested here alone: it starts sooner.
await runApp(process, TABLE);
