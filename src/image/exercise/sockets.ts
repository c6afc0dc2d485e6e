import { readFileSync } from 'node:fs';

const LISTEN = '0A';

/**
 * The TCP ports on which something listens in the network namespace of a process (Linux, proc_net_tcp.rst);
 * undefined when the process is gone.
 */
export function listeningPorts(pid: number): ReadonlySet<number> | undefined {
  const ports = new Set<number>();
  for (const table of ['tcp', 'tcp6']) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, 'latin1');
    } catch {
      if (table === 'tcp') return undefined;
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      if (state === LISTEN && local !== undefined)
        ports.add(Number.parseInt(local.slice(local.indexOf(':') + 1), 16));
    }
  }
  return ports;
}
