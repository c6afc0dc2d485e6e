import type { IncomingMessage, ServerResponse } from 'node:http';
import { reply, replyJson } from '../http/index.ts';
import type { Gauge, Metrics } from '../metrics/index.ts';

/** What else can be asked besides the registry. */
export interface ExtraPages {
  readonly metrics: Metrics;
  gauges(): readonly Gauge[];
  /** The state of the mirrors and of the last collection. */
  status(): Promise<unknown>;
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Answers `/metrics`, `/status` and `/healthz`; false for every other path. */
export async function answerExtra(
  pages: ExtraPages,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  switch (request.url) {
    case '/metrics': {
      const body = pages.metrics.expose([...pages.gauges(), ...processGauges()]);
      reply(response, 200, { headers: { 'content-type': METRICS_TYPE }, body });
      return true;
    }
    case '/status':
      replyJson(response, await pages.status(), { headers: { 'cache-control': 'no-store' } });
      return true;
    case '/healthz':
      reply(response, 200, { headers: { 'content-type': 'text/plain' }, body: 'ok\n' });
      return true;
    default:
      return false;
  }
}

function processGauges(): readonly Gauge[] {
  const { user, system } = process.cpuUsage();
  return [
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', value: process.memoryUsage.rss() },
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time, user and system.',
      value: (user + system) / 1e6,
      type: 'counter',
    },
    { name: 'process_uptime_seconds', help: 'How long this process runs.', value: process.uptime() },
  ];
}
