import type { AgentEvent, Bus } from '../module/index.ts';
import type { EventStream } from './stream.ts';

/**
 * Sends the events that the bus keeps and a reader has not seen, and then each that comes. The ID of an event has the
 * mark of this run of the agent, since numbers begin again with the next; an ID of another run has seen nothing.
 */
export function streamEvents(
  stream: EventStream,
  bus: Bus,
  options: { readonly lastEventId: string | undefined; readonly mark: string },
): void {
  const { lastEventId = '', mark } = options;
  const [seenMark, number] = lastEventId.split('-');
  const seen = seenMark === mark ? Number(number) : 0;
  const send = (event: AgentEvent): void =>
    stream.send({ id: `${mark}-${event.id}`, event: 'event', data: event });
  for (const event of bus.recent()) if (event.id > (Number.isFinite(seen) ? seen : 0)) send(event);
  const stop = bus.hear(send);
  stream.signal.addEventListener('abort', stop, { once: true });
}
