import { SampanError } from '../../core/errors/index.ts';
import { REAL_WAITING } from '../http/index.ts';
import type { Endpoint } from './endpoint.ts';
import { openSession, type Session } from './session.ts';
import type { RegistryCall, RegistryTools, Repository } from './types.ts';

/** A repository of a registry at one of its endpoints. Nothing is asked yet. */
export function openRepository(
  endpoint: Endpoint,
  named: { readonly domain: string; readonly path: string },
  tools: RegistryTools,
): Repository {
  const { domain, path } = named;
  const { base, mirrorOf } = endpoint;
  const host = base.host;
  const session = sessionWith(endpoint, named, tools);
  const urlOf = (at: string | URL, query: Readonly<Record<string, string>> = {}): URL => {
    const url = typeof at === 'string' ? new URL(`${base}${path}/${at}`) : new URL(at);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    // Mirrors of several registries tell them apart by it, as containerd says it.
    if (mirrorOf !== undefined && typeof at === 'string') url.searchParams.set('ns', mirrorOf);
    return url;
  };
  const scopes = (call: Pick<RegistryCall, 'actions' | 'alsoPull'>): string[] => [
    `repository:${path}:${call.actions ?? 'pull'}`,
    ...(call.alsoPull === undefined ? [] : [`repository:${call.alsoPull}:pull`]),
  ];
  return {
    name: mirrorOf === undefined ? `${domain}/${path}` : `${domain}/${path} at ${host}`,
    domain,
    path,
    origin: base.origin,
    tools,
    urlOf,
    read: async request => await session(request, scopes({})),
    call: async call => {
      const { at, query, actions: _, alsoPull: __, ...rest } = call;
      return await session({ ...rest, url: urlOf(at, query) }, scopes(call));
    },
  };
}

function sessionWith(
  { base, mirrorOf }: Endpoint,
  { domain, path }: { readonly domain: string; readonly path: string },
  tools: RegistryTools,
): Session {
  const { settings, waiting = REAL_WAITING } = tools;
  const key = mirrorOf === undefined ? domain : base.host;
  return openSession(tools.send, {
    base,
    now: waiting.now,
    credentials: async () =>
      (await settings.hostSettings(key)).credentials ?? (await settings.credentialsFor(key, path)),
    tokenHosts: async () => (await settings.hostSettings(key)).tokenHosts ?? [],
  });
}

/** @throws SampanError `internal` for a path below a repository that would leave it. */
export function checkedSegment(text: string): string {
  if (/^[A-Za-z0-9_.:+-]+$/.test(text) && text !== '.' && text !== '..') return text;
  throw new SampanError('internal', `not a part of a registry's path: ${JSON.stringify(text.slice(0, 60))}`);
}
