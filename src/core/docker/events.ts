import { type CallOptions, type Docker, send } from './client.ts';
import { fieldsAt, numberAt, textAt, textMapAt } from './json.ts';
import { progressMessages } from './messages.ts';

/** Something that happened in an engine. */
export interface EngineEvent {
  readonly type: string;
  /** Such as `start`, `die`, `oom`, `health_status: unhealthy`. */
  readonly action: string;
  /** Of the container, network, volume or image. */
  readonly id: string;
  /** Labels of a container among them, and `name`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** What happens from now on (or since a time, in seconds), until it is cancelled or the engine ends. */
export async function* engineEvents(
  docker: Docker,
  options: CallOptions & {
    readonly types?: readonly string[];
    readonly labels?: readonly string[];
    readonly sinceSeconds?: number;
  } = {},
): AsyncGenerator<EngineEvent> {
  const { types = [], labels = [], sinceSeconds, signal } = options;
  const filters = JSON.stringify({
    ...(types.length === 0 ? {} : { type: types }),
    ...(labels.length === 0 ? {} : { label: labels }),
  });
  const query = { filters, since: sinceSeconds };
  const reply = await send(docker, { method: 'GET', path: '/events', query, idleMs: 0, signal });
  for await (const message of progressMessages(reply.body)) {
    const actor = fieldsAt(message, 'Actor');
    yield {
      type: textAt(message, 'Type'),
      action: textAt(message, 'Action') || textAt(message, 'status'),
      id: textAt(actor, 'ID'),
      attributes: textMapAt(actor, 'Attributes'),
      timeMs: Math.floor((numberAt(message, 'timeNano') ?? 0) / 1e6),
    };
  }
}
