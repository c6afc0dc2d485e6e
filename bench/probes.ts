import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Route, Talk } from '../corpus/app.ts';

/** The options of `sampan slim` that try all that an app does; a script for raw TCP goes into `directory`. */
export function probesOf(app: App, directory: string): string[] {
  const { port, routes = [], talks = [], commands = [] } = app;
  return [
    ...routes.flatMap(route => ['--probe', probeOf(route, port)]),
    ...(talks.length > 0 ? ['--script', writeTalks(talks, port, directory)] : []),
    ...commands.flatMap(({ command }) => ['--exec', command.map(quoted).join(' ')]),
  ];
}

function probeOf({ method = 'GET', path, body, status = 200 }: Route, port: number): string {
  const sent = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  return `${method} http://:${port}${path}${sent} => ${status}`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** A program that sends each line over a connection of its own and fails where an answer is not what is wanted. */
function writeTalks(talks: readonly Talk[], port: number, directory: string): string {
  const path = join(directory, `talks-${port}.mjs`);
  const program = `#!${process.execPath}
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
for (const { send, expect, waitMs = 0 } of ${JSON.stringify(talks)}) {
  const socket = connect(Number(process.env.SAMPAN_PORT_${port}), process.env.SAMPAN_HOST);
  socket.write(send + '\\r\\n');
  const [answer] = await socket.take(1).toArray();
  socket.destroy();
  await sleep(waitMs);
  if (!new RegExp(expect).test(String(answer))) throw new Error(send + ': ' + answer);
}
`;
  writeFileSync(path, program, { mode: 0o755 });
  return path;
}
