import {
  isRepository,
  type MirrorRoute,
  openMirror,
  registryUpstream,
  type ServeOptions,
} from '../../carry/serve/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { Context } from '../context/index.ts';
import { settingsPlaces } from '../registry/index.ts';
import { readVersion } from '../version/index.ts';
import type { ServeValues } from './values.ts';

const TIMEOUT_MS = 10_000;

/** A `--mirror` as it was given. */
export interface MirrorChoice {
  readonly prefix: string;
  readonly url: URL;
}

/**
 * Reads `[PREFIX=]URL`; a name without a scheme is spoken to with TLS.
 *
 * @throws SampanError `usage`.
 */
export function parseMirror(text: string): MirrorChoice {
  const [, prefix = '', address = ''] = /^(?:([^=/:]+(?:\/[^=:]+)*)=)?(.+)$/.exec(text) ?? [];
  const url = URL.parse(/^https?:\/\//.test(address) ? address : `https://${address}`);
  const isFine =
    url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (url !== null && isFine && (prefix === '' || isRepository(prefix))) return { prefix, url };
  const shown = /@/.test(address) ? 'a URL with a name or password in it' : JSON.stringify(text);
  throw new SampanError('usage', `not a registry to mirror: ${shown}`, {
    remedy: 'write it as https://registry.example or name=https://registry.example; log in with docker login',
  });
}

/** What makes a mirror of the choices; absent when there are none. */
export async function openMirrors(context: Context, values: ServeValues): Promise<ServeOptions['mirror']> {
  const choices = values.mirror.map(parseMirror);
  if (choices.length === 0) return undefined;
  const routes = await routesOf(context, values, choices);
  const options = { routes, ttlMs: values.mirrorTtl, timeoutMs: TIMEOUT_MS, now: context.now };
  return (storage, metrics) => openMirror(storage, metrics, options);
}

async function routesOf(
  context: Context,
  values: ServeValues,
  choices: readonly MirrorChoice[],
): Promise<readonly MirrorRoute[]> {
  const [{ httpClient }, { registrySettings }] = await Promise.all([
    import('../../carry/http/index.ts'),
    import('../../carry/registry/index.ts'),
  ]);
  const settings = registrySettings(settingsPlaces(context, { ca: values.mirrorCa }));
  const plain = new Set(choices.filter(({ url }) => url.protocol === 'http:').map(({ url }) => url.host));
  const send = httpClient({
    userAgent: `sampan/${readVersion()}`,
    tlsFor: settings.tlsFor,
    isPlainAllowed: async host => plain.has(host) || (await settings.isPlain(host)),
    proxies: context.env,
    // Whoever pulls waits meanwhile; the mirror has its own way to deal with an upstream that is away.
    maxAttempts: 1,
  });
  return choices.map(({ prefix, url }) => ({ prefix, upstream: registryUpstream(url, { send, settings }) }));
}
