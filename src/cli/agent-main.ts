import { AGENT_COMMANDS } from './agent-program/index.ts';
import { runApp } from './app/index.ts';

// The entry of what `sampan agent build` makes: nothing but the agent.
void runApp(process, AGENT_COMMANDS);
