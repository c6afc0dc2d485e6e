import { hostname } from 'node:os';
import type { AgentHost, AgentModule, RunningModule } from '../module/index.ts';
import { answerLogs } from './answer.ts';
import { countMetrics } from './counts.ts';
import {
  type Destination,
  type Forwarder,
  fileDestination,
  httpDestination,
  openForwarder,
  syslogDestination,
} from './forward/index.ts';
import { openReading, type Reading } from './reading.ts';
import type { LogRecord } from './record.ts';
import { logRing } from './ring.ts';
import { type ForwardSettings, type LogsSettings, logsSettings } from './settings.ts';

/**
 * Follows what containers print: from the engine's files where they can be read, otherwise from the engine. Lines are
 * filtered, joined, counted and limited where they come in; a bounded ring keeps the last, and they are sent on.
 */
export const logsModule: AgentModule = {
  name: 'logs',
  start: async host => {
    const settings = logsSettings(host.settings);
    const ring = logRing(settings.ringRecords, settings.ringBytes);
    const forwarders = settings.forward.map((one, i) => forwarderFor(one, i, host, settings));
    const run = Math.floor(host.now()).toString(36);
    let last = 0;
    const pass = (record: Omit<LogRecord, 'id'>): void => {
      const id = ++last;
      ring.push({ id, ...record });
      for (const forwarder of forwarders) forwarder.put({ ...record, id: `${run}-${id}` });
    };
    const reading = await openReading(host, settings, pass);
    return runningLogs({ ring, forwarders, reading });
  },
};

function runningLogs(parts: {
  readonly ring: ReturnType<typeof logRing>;
  readonly forwarders: readonly Forwarder[];
  readonly reading: Reading;
}): RunningModule {
  const { ring, forwarders, reading } = parts;
  return {
    status: () => ({
      services: [...reading.counts.values()],
      forward: forwarders.map(one => one.status()),
      ring: ring.size,
    }),
    metrics: () => countMetrics(reading.counts.values()) + forwardMetrics(forwarders),
    answer: async call => answerLogs(ring, call),
    [Symbol.asyncDispose]: async () => {
      await reading[Symbol.asyncDispose]();
      await Promise.all(forwarders.map(one => one[Symbol.asyncDispose]()));
    },
  };
}

function forwardMetrics(forwarders: readonly Forwarder[]): string {
  const rows = forwarders.map(one => one.status());
  if (rows.length === 0) return '';
  const row = (
    name: string,
    kind: string,
    help: string,
    value: (one: (typeof rows)[number]) => number,
  ): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${rows
      .map(one => `${name}{destination="${one.name.replace(/[\\"\n]/g, '_')}"} ${value(one)}\n`)
      .join('')}`;
  return [
    row('sampan_log_forwarded_total', 'counter', 'Records that arrived.', one => one.sent),
    row('sampan_log_forward_dropped_total', 'counter', 'Records that found no room.', one => one.dropped),
    row('sampan_log_spool_bytes', 'gauge', 'Bytes that wait on disk.', one => one.spooledBytes),
  ].join('');
}

function forwarderFor(one: ForwardSettings, i: number, host: AgentHost, settings: LogsSettings): Forwarder {
  return openForwarder(destinationFor(one, host), host, { key: `${i}-${one.to}`, ...settings });
}

function destinationFor(one: ForwardSettings, host: AgentHost): Destination {
  switch (one.to) {
    case 'file':
      return fileDestination(one.path, one);
    case 'syslog':
      return syslogDestination(one, hostname());
    case 'http':
      return httpDestination(one, host.signal);
  }
}
