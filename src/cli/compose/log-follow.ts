import { setTimeout as sleep } from 'node:timers/promises';
import { type Docker, type EngineEvent, engineEvents } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type EngineLine, engineLines, inOrder, justAfter } from '../../run/logs/index.ts';
import { type CurrentContainer, LABELS, projectContainers } from '../../run/supervise/index.ts';

/** A line, and whose it is. */
export interface ProjectLine extends EngineLine {
  readonly service: string;
  readonly container: string;
}

/** Which lines are wanted. */
export interface LineSpan {
  readonly project: string;
  /** All, when there are none. */
  readonly services: readonly string[];
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly tailLines: number | undefined;
  readonly signal: AbortSignal;
}

type Source = Pick<CurrentContainer, 'id' | 'name' | 'service' | 'tty' | 'status'>;

/** What the containers of a project have printed, in the order of time. */
export async function* pastLines(
  docker: Docker,
  span: LineSpan,
  sources: readonly Source[],
): AsyncGenerator<ProjectLine> {
  const { since, until, tailLines, signal } = span;
  yield* inOrder(
    sources.map(source =>
      linesOf(
        source,
        ifThere(engineLines(docker, source.id, { since, until, tailLines, tty: source.tty, signal })),
      ),
    ),
  );
}

/** The containers whose lines are wanted. */
export async function logSources(
  docker: Docker,
  { project, services, signal }: LineSpan,
): Promise<readonly Source[]> {
  const all = await projectContainers(docker, project, signal);
  return all.filter(({ service }) => services.length === 0 || services.includes(service));
}

async function* linesOf(source: Source, lines: AsyncIterable<EngineLine>): AsyncGenerator<ProjectLine> {
  const { service, name: container } = source;
  for await (const line of lines) yield { ...line, service, container };
}

/** A container that goes meanwhile has said all that it will. */
async function* ifThere<T>(lines: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* lines;
  } catch (error) {
    if (!isSampanError(error, 'not-found')) throw error;
  }
}

/** What is awaited so that lines of different containers come in order. */
const ORDER_MS = 100;
const MAX_WAITING = 20_000;
const RETRY_MS = 1000;

/**
 * What they have printed, and what they print from now on: also containers that are started again or replaced, and
 * new ones. An engine that goes away is awaited. Ends by `signal`.
 */
export async function followLines(
  docker: Docker,
  span: LineSpan,
  print: (lines: readonly ProjectLine[]) => void,
): Promise<void> {
  const { signal } = span;
  const last = new Map<string, string>();
  const followed = new Set<string>();
  const again = new Set<string>();
  const queue = openQueue(print);
  const follow = async (source: Source, isNew: boolean): Promise<void> => {
    const seen = last.get(source.id);
    const since = seen === undefined ? span.since : justAfter(seen);
    const tailLines = seen === undefined && !isNew ? span.tailLines : undefined;
    const lines = engineLines(docker, source.id, { since, tailLines, follow: true, tty: source.tty, signal });
    for await (const line of linesOf(source, ifThere(lines))) {
      if (line.time !== '') last.set(source.id, line.time);
      queue.add(line);
      while (queue.isFull()) await sleep(10, undefined, { signal });
    }
  };
  const begin = (source: Source, isNew: boolean): void => {
    // It may start before its last lines have come.
    if (followed.has(source.id)) return void again.add(source.id);
    followed.add(source.id);
    const ended = (): void => {
      followed.delete(source.id);
      if (again.delete(source.id) && !signal.aborted) begin(source, isNew);
    };
    follow(source, isNew).then(ended, ended);
  };
  await catchUp(docker, span, { last, print });
  const timer = setInterval(queue.flush, ORDER_MS);
  try {
    for (let isAgain = false; !signal.aborted; isAgain = true) {
      await watchStarts(docker, span, source => begin(source, isAgain)).catch(error => {
        if (!isSampanError(error, 'unavailable')) throw error;
      });
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    clearInterval(timer);
    queue.flush();
  }
}

/** Lines that wait for those of other containers, so that they come in order. */
function openQueue(print: (lines: readonly ProjectLine[]) => void) {
  let waiting: ProjectLine[] = [];
  return {
    add: (line: ProjectLine): void => void waiting.push(line),
    isFull: (): boolean => waiting.length > MAX_WAITING,
    flush: (): void => {
      const lines = waiting.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
      waiting = [];
      if (lines.length > 0) print(lines);
    },
  };
}

/** Prints what there is already, and notes where each container is. */
async function catchUp(
  docker: Docker,
  span: LineSpan,
  to: { readonly last: Map<string, string>; readonly print: (lines: readonly ProjectLine[]) => void },
): Promise<void> {
  const sources = await logSources(docker, span);
  for await (const line of pastLines(docker, span, sources)) {
    const source = sources.find(({ name }) => name === line.container);
    if (source !== undefined && line.time !== '') to.last.set(source.id, line.time);
    to.print([line]);
  }
}

/** Tells of every container that runs now, and of each that is started. */
async function watchStarts(docker: Docker, span: LineSpan, told: (source: Source) => void): Promise<void> {
  const { project, services, signal } = span;
  const label = `${LABELS.project}=${project}`;
  // From a moment before the list, so that nothing falls between both.
  const events = engineEvents(docker, {
    types: ['container'],
    labels: [label],
    sinceSeconds: Math.floor(Date.now() / 1000) - 1,
    signal,
  });
  for (const source of await logSources(docker, span)) if (source.status !== 'created') told(source);
  for await (const event of events) {
    if (event.action !== 'start' || !isWanted(event, services)) continue;
    const source = (await logSources(docker, span)).find(({ id }) => id === event.id);
    if (source !== undefined) told(source);
  }
}

function isWanted({ attributes }: EngineEvent, services: readonly string[]): boolean {
  return services.length === 0 || services.includes(attributes[LABELS.service] ?? '');
}
