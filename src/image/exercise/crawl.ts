import type { Container } from '../../core/engine/index.ts';
import { ask, askPatiently, judge } from './http.ts';
import type { HttpProbe, ProbeResult } from './types.ts';

/** Ports of protocols that are not HTTP, by convention (IANA, and the servers' defaults). */
const OTHER_PROTOCOLS: ReadonlySet<number> = new Set([
  21, 22, 23, 25, 53, 110, 111, 143, 389, 443, 465, 514, 587, 636, 873, 993, 995, 1433, 1521, 1883, 2049,
  2181, 3306, 3389, 4222, 4840, 5222, 5432, 5671, 5672, 6379, 6380, 6443, 7687, 8443, 8883, 9042, 9092, 11211,
  15002, 26379, 27017, 33060, 50051,
]);

const MAX_PAGES = 24;
const CRAWL_MS = 20_000;

/** A page that was visited, and what it was like. */
export interface Visit {
  readonly probe: HttpProbe;
  readonly result: ProbeResult;
}

/**
 * Looks at a port as a visitor would: asks for `/`, then for what its pages link to on the same port. Empty when
 * the port does not speak HTTP, or is known for something else: nothing is sent to it then. Pages that do not answer
 * are left out.
 */
export async function crawl(container: Container, port: number, signal?: AbortSignal): Promise<Visit[]> {
  if (OTHER_PROTOCOLS.has(port)) return [];
  const visits: Visit[] = [];
  const until = performance.now() + CRAWL_MS;
  const seen = new Set(['/']);
  for (const path of seen) {
    if (visits.length >= MAX_PAGES || performance.now() > until) break;
    const probe: HttpProbe = { kind: 'http', port, path, method: 'GET' };
    try {
      // Only the first page may need patience: a page that does not answer is not for visitors.
      const answer = await (path === '/' ? askPatiently : ask)(container, probe, signal);
      visits.push({ probe, result: judge(probe, answer) });
      if (answer.location !== undefined) addLink(seen, answer.location, { path, port });
      for (const link of linksIn(answer)) addLink(seen, link, { path, port });
    } catch {
      signal?.throwIfAborted();
    }
  }
  return visits;
}

const LINK = /\b(?:href|src|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi;

function linksIn(answer: { readonly type: string; readonly body: string }): string[] {
  if (!answer.type.includes('html')) return [];
  return [...answer.body.matchAll(LINK)].map(match => match[1] ?? match[2] ?? match[3] ?? '');
}

function addLink(
  seen: Set<string>,
  link: string,
  from: { readonly path: string; readonly port: number },
): void {
  const base = `http://localhost:${from.port}${from.path}`;
  const url = URL.canParse(link, base) ? new URL(link, base) : undefined;
  if (url === undefined || url.protocol !== 'http:' || url.port !== portText(from.port)) return;
  // A visitor who only looks does not log out or delete.
  if (!/log-?out|sign-?out|delete|shutdown/i.test(url.pathname)) seen.add(url.pathname + url.search);
}

function portText(port: number): string {
  return port === 80 ? '' : String(port);
}
