import { setTimeout as sleep } from 'node:timers/promises';
import type { App, Command, Route, Talk } from './app.ts';
import { type Container, docker, portOpens, startContainer, talk } from './docker.ts';

/** One thing that was tried. */
export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What came back, where it was not what was wanted. */
  readonly got?: string;
}

/** Runs an image under docker and tries all that the app can do, and that it stops cleanly. It has `waitMs` to start. */
export async function checkImage(app: App, image: string, waitMs = 15_000): Promise<Check[]> {
  using container = startContainer(image);
  if (!(await portOpens(container.address, app.port, waitMs))) {
    return [
      { name: `listens on ${app.port}`, passed: false, got: docker('logs', container.id).text.slice(-300) },
    ];
  }
  const checks: Check[] = [];
  for (const route of app.routes ?? []) checks.push(await checkRoute(route, container, app.port));
  for (const one of app.talks ?? []) checks.push(await checkTalk(one, container, app.port));
  checks.push(...(app.commands ?? []).map(command => checkCommand(command, container)));
  if (app.user !== undefined) checks.push(checkUser(container));
  return [...checks, ...checkEnd(container)];
}

async function checkRoute(route: Route, container: Container, port: number): Promise<Check> {
  const { method = 'GET', path, status = 200, expect = '' } = route;
  const name = `${method} ${path}`;
  try {
    const response = await fetch(`http://${container.address}:${port}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(8000),
      ...(route.body === undefined
        ? {}
        : { body: JSON.stringify(route.body), headers: { 'content-type': 'application/json' } }),
    });
    const body = await response.text();
    return judge(
      name,
      response.status === status && new RegExp(expect).test(body),
      `${response.status} ${body}`,
    );
  } catch (error) {
    return judge(name, false, String(error));
  }
}

async function checkTalk(
  { send, expect, waitMs = 0 }: Talk,
  container: Container,
  port: number,
): Promise<Check> {
  const answer = await talk(container.address, port, send);
  await sleep(waitMs);
  return judge(send, new RegExp(expect).test(answer), answer);
}

function checkCommand({ command, expect = '' }: Command, container: Container): Check {
  const { status, text } = docker('exec', container.id, ...command);
  return judge(command.join(' '), status === 0 && new RegExp(expect).test(text), `${status} ${text}`);
}

function checkUser(container: Container): Check {
  const users = docker('top', container.id, '-o', 'pid,user')
    .text.split('\n')
    .slice(1)
    .map(line => line.trim().split(/\s+/)[1] ?? '');
  return judge('does not run as root', users.length > 0 && !users.includes('root'), users.join(' '));
}

const BROKEN =
  /error while loading shared|cannot open shared object|ModuleNotFound|Cannot find module|Can't locate/i;

function checkEnd(container: Container): Check[] {
  docker('stop', '--time', '10', container.id);
  const status = docker('inspect', '--format', '{{.State.ExitCode}}', container.id).text;
  const log = docker('logs', container.id).text;
  return [
    judge('stops by itself', status !== '137', status),
    judge('has a clean log', !BROKEN.test(log), BROKEN.exec(log)?.[0] ?? ''),
  ];
}

function judge(name: string, passed: boolean, got: string): Check {
  return passed ? { name, passed } : { name, passed, got: got.slice(0, 200) };
}
