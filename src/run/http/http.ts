import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isSampanError } from '../../core/errors/index.ts';
import { dashboardPage } from '../dashboard/index.ts';
import type { AgentHost, AgentModule } from '../module/index.ts';
import { type GateRules, refusalOf } from './gate.ts';
import { type HttpLimits, LIMITS } from './limits.ts';
import { listen } from './listen.ts';
import { COMMON_HEADERS, sendError, sendJson } from './reply.ts';
import { answerCall, type Desk } from './routes.ts';
import { type HttpSettings, httpSettings } from './settings.ts';
import { liveState, readState } from './state.ts';
import { openStreams } from './stream.ts';
import { openToken } from './token.ts';

/** What the module is told from outside. */
export interface HttpPlace {
  /** Where the socket is unless told; undefined where there is no place for it. */
  readonly socketPath: string | undefined;
  readonly limits?: Partial<HttpLimits>;
}

/**
 * The API of the agent and its dashboard: on a Unix socket, or on TCP with a token or certificates.
 *
 * Its start throws SampanError `usage` for settings that would let anybody in.
 */
export function httpModule({ socketPath, limits: other = {} }: HttpPlace): AgentModule {
  const limits = { ...LIMITS, ...other };
  return {
    name: 'http',
    start: async host => {
      const tokenPath = join(host.state.directory, 'token');
      const settings = httpSettings(host.settings, { socketPath, tokenPath });
      const rules = await rulesOf(settings);
      const ending = new AbortController();
      const signal = AbortSignal.any([host.signal, ending.signal]);
      const desk = openDesk({ ...host, signal }, limits);
      const stopHearing = host.bus.hear(() => desk.live.hurry());
      const listening = await listen(settings, listener(rules, desk), limits);
      tellPlace(host, settings, listening.place);
      return {
        status: () => ({ place: listening.place, streams: desk.streams.count() }),
        [Symbol.asyncDispose]: async () => {
          stopHearing();
          ending.abort();
          await listening[Symbol.asyncDispose]();
        },
      };
    },
  };
}

async function rulesOf(settings: HttpSettings): Promise<GateRules> {
  const own = hostname().toLowerCase();
  const names = ['localhost', ...settings.hosts];
  // Through a forwarded socket a browser says localhost; the name of the machine means its network.
  if (settings.kind === 'socket')
    return { hosts: new Set(names), allowsAddresses: true, scheme: 'http', token: undefined };
  return {
    hosts: new Set([...names, own, `${own}.local`]),
    allowsAddresses: true,
    scheme: settings.tls === undefined ? 'http' : 'https',
    token: settings.token === undefined ? undefined : await openToken(settings.token),
  };
}

function openDesk(host: AgentHost, limits: HttpLimits): Desk {
  const about = { hostname: hostname(), startedMs: host.monotonic() };
  const read = async () => await readState(host, about);
  return {
    host,
    about,
    limits,
    mark: randomBytes(6).toString('hex'),
    streams: openStreams(host.signal, limits),
    live: liveState(read),
    readState: read,
  };
}

function tellPlace({ bus }: AgentHost, settings: HttpSettings, place: string): void {
  const isToken = settings.kind === 'tcp' && settings.token !== undefined;
  const how = isToken ? `, with the token in ${settings.token}` : '';
  const isOpen =
    settings.kind === 'tcp' && settings.tls === undefined && !/^(127\.|::1$|localhost$)/.test(settings.host);
  bus.tell({
    from: 'http',
    kind: 'http.listening',
    severity: isOpen ? 'warning' : 'info',
    text: `the API is at ${place}${how}${isOpen ? '; the token can be read on the network: add http.tls' : ''}`,
    data: { place },
  });
}

function listener(rules: GateRules, desk: Desk): RequestListener {
  const page = openPage();
  return (request, response) => {
    // A reader that goes in the middle is no failure.
    request.on('error', () => {});
    response.on('error', () => {});
    const visit = async (): Promise<void> => {
      const url = parsedUrl(request.url);
      if (url === undefined) return sendJson(response, 400, { error: 'the path makes no sense' });
      const isPage = request.method === 'GET' && url.pathname === '/';
      const refusal = refusalOf({ headers: request.headers, isPage }, rules);
      if (refusal !== undefined) {
        response.setHeader('connection', 'close');
        if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer realm="sampan"');
        return sendJson(response, refusal.status, { error: refusal.error });
      }
      if (isPage) return sendPage(response, page(), request.headers['accept-encoding']);
      await answerCall({ request, response, url }, desk);
    };
    visit().catch(error => {
      // What is left of a body that was refused is not read.
      if (isSampanError(error, 'limit') && !response.headersSent) response.setHeader('connection', 'close');
      if (!response.destroyed) sendError(response, error);
    });
  };
}

function parsedUrl(text: string | undefined): URL | undefined {
  return text?.startsWith('/') === true ? (URL.parse(`http://agent${text}`) ?? undefined) : undefined;
}

interface ReadyPage {
  readonly policy: string;
  readonly packed: Buffer;
  readonly plain: () => string;
}

/** Made when it is first asked for; only the packed form is kept. */
function openPage(): () => ReadyPage {
  let ready: ReadyPage | undefined;
  return () => {
    if (ready !== undefined) return ready;
    const { html, policy } = dashboardPage();
    ready = { policy, packed: gzipSync(html, { level: 9 }), plain: () => dashboardPage().html };
    return ready;
  };
}

function sendPage(
  response: Parameters<RequestListener>[1],
  page: ReadyPage,
  encodings: string | string[] | undefined,
): void {
  const isPacked = /\bgzip\b/.test(String(encodings ?? ''));
  const body = isPacked ? page.packed : Buffer.from(page.plain());
  response.writeHead(200, {
    ...COMMON_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'content-security-policy': page.policy,
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(body);
}
