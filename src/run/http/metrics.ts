import { memoryUsage } from 'node:process';
import type { AgentHost } from '../module/index.ts';
import type { AboutAgent } from './state.ts';

/** The type of Prometheus' text format, version 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4';

/** What all parts measure, and the agent itself, as Prometheus reads it. */
export function metricsText(host: AgentHost, { startedMs }: AboutAgent): string {
  const { totalBytes, bytesPerDay } = host.state.wear();
  const uptimeS = (host.monotonic() - startedMs) / 1000;
  const own = [
    metric('process_resident_memory_bytes', 'gauge', 'Memory of the agent.', memoryUsage.rss()),
    metric(
      'process_start_time_seconds',
      'gauge',
      'When the agent started, in seconds since 1970.',
      host.now() / 1000 - uptimeS,
    ),
    metric('sampan_agent_uptime_seconds', 'gauge', 'How long the agent runs.', uptimeS),
    metric(
      'sampan_agent_flash_written_bytes_total',
      'counter',
      'What the agent has written to the flash.',
      totalBytes,
    ),
    metric('sampan_agent_flash_bytes_per_day', 'gauge', 'The same, for a day.', bytesPerDay),
  ];
  const modules = [...host.modules().values()].map(running => running.metrics?.() ?? '');
  return [...own, ...modules].join('');
}

function metric(name: string, type: string, help: string, value: number): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}
