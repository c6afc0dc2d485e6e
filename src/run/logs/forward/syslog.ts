import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SampanError } from '../../../core/errors/index.ts';
import type { Level } from '../level.ts';
import type { ForwardSettings } from '../settings.ts';
import type { Destination, SentRecord } from './record.ts';

type Syslog = ForwardSettings & { readonly to: 'syslog' };

const SEVERITY: Readonly<Record<Level, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  notice: 5,
  info: 6,
  debug: 7,
  trace: 7,
};
/** What every receiver over UDP takes at least once more. (RFC 5426, section 3.2) */
const MAX_DATAGRAM = 2048;
const MAX_MESSAGE = 8192;
const CONNECT_MS = 10_000;

/** A record as a message of syslog (RFC 5424, section 6): the container is the application. */
export function syslogMessage(
  { timeMs, container, project, service, level, text, id }: SentRecord,
  { facility, host }: { readonly facility: number; readonly host: string },
): string {
  const priority = facility * 8 + SEVERITY[level ?? 'info'];
  const name = (value: string, most: number): string =>
    value.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || '-';
  const value = (given: string): string => given.replace(/[\\"\]]/g, found => `\\${found}`);
  // 32473 is the enterprise number for examples and own use. (RFC 5612)
  const data = `[sampan@32473 project="${value(project)}" service="${value(service)}" id="${value(id)}"]`;
  const time = new Date(timeMs).toISOString();
  return `<${priority}>1 ${time} ${name(host, 255)} ${name(container, 48)} - - ${data} ${text}`;
}

/** Sends records to a receiver of syslog: datagrams, or frames with their length (RFC 6587, section 3.4.1). */
export function syslogDestination(settings: Syslog, host: string): Destination {
  const { transport, facility } = settings;
  const name =
    transport === 'unix'
      ? `syslog ${settings.path}`
      : `syslog ${transport}://${settings.host}:${settings.port}`;
  const messageOf = (record: SentRecord): Buffer => {
    const most = transport === 'udp' ? MAX_DATAGRAM : MAX_MESSAGE;
    return cut(Buffer.from(syslogMessage(record, { facility, host })), most);
  };
  return transport === 'udp'
    ? { name, spools: false, ...overUdp(settings, messageOf) }
    : { name, spools: true, ...overStream(settings, messageOf) };
}

type Sender = Pick<Destination, 'send' | typeof Symbol.asyncDispose>;

function overUdp(settings: Syslog, messageOf: (record: SentRecord) => Buffer): Sender {
  let open: Promise<import('node:dgram').Socket> | undefined;
  const socketOf = async (): Promise<import('node:dgram').Socket> => {
    const { createSocket } = await import('node:dgram');
    const socket = createSocket(settings.host.includes(':') ? 'udp6' : 'udp4');
    socket.on('error', () => {});
    socket.unref();
    return socket;
  };
  return {
    send: async records => {
      open ??= socketOf();
      const socket = await open;
      for (const record of records)
        await new Promise<void>((resolve, reject) =>
          socket.send(messageOf(record), settings.port, settings.host, error =>
            error ? reject(error) : resolve(),
          ),
        );
    },
    [Symbol.asyncDispose]: async () => void (await open)?.close(),
  };
}

function overStream(settings: Syslog, messageOf: (record: SentRecord) => Buffer): Sender {
  let socket: Socket | undefined;
  const connection = async (): Promise<Socket> => {
    if (socket !== undefined && !socket.destroyed && socket.writable) return socket;
    const { connect } = await import('node:net');
    const { host, port, path } = settings;
    const fresh = settings.transport === 'unix' ? connect({ path }) : connect({ host, port });
    fresh.setTimeout(CONNECT_MS, () => fresh.destroy(new Error('it was silent')));
    await once(fresh, 'connect');
    fresh.setTimeout(0);
    fresh.on('error', () => {});
    // A receiver that says anything means nothing by it, but its end must be seen.
    fresh.resume();
    fresh.unref();
    socket = fresh;
    return fresh;
  };
  return {
    send: async records => {
      const to = await connection();
      const frames = records.map(record => {
        const message = messageOf(record);
        return Buffer.concat([Buffer.from(`${message.length} `), message]);
      });
      await new Promise<void>((resolve, reject) => {
        const ended = (): void => reject(new SampanError('unavailable', 'the receiver ended the connection'));
        to.once('close', ended);
        to.write(Buffer.concat(frames), error => {
          to.off('close', ended);
          if (error) reject(error);
          else resolve();
        });
      });
    },
    [Symbol.asyncDispose]: async () => void socket?.destroy(),
  };
}

/** Not in the middle of a character. */
function cut(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
