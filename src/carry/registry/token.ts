import { SampanError } from '../../core/errors/index.ts';
import { type HttpRequest, type HttpResponse, readBody, type Send } from '../http/index.ts';
import type { Challenge } from './challenge.ts';
import { mayTell, realmOf } from './realm.ts';
import type { Credentials } from './types.ts';

/** A token and how long it is good. */
export interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
}

/** What a token is asked for. */
export interface TokenRequest {
  readonly registry: URL;
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly tokenHosts: readonly string[];
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MAX_TOKEN_BYTES = 1 << 18;
const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 86_400;

/**
 * Asks the authority that a registry names for a token (Docker's token authentication specification; with an
 * identity token its OAuth 2 form). Credentials are only told to an authority of the same organisation.
 *
 * @throws SampanError `denied` where they are refused or may not be told, `invalid` for nonsense, `unavailable`.
 */
export async function fetchToken(send: Send, request: TokenRequest): Promise<Token> {
  const { registry, challenge, credentials } = request;
  const realm = realmOf(challenge.parameters.realm, registry);
  if (credentials !== undefined && !mayTell(registry, realm, request.tokenHosts))
    throw foreign(registry, realm);
  const response = await send(
    credentials?.kind === 'identity'
      ? exchange(realm, request, credentials.token)
      : question(realm, request, credentials),
  );
  return await tokenOf(response, request, realm);
}

function foreign(registry: URL, realm: URL): SampanError {
  return new SampanError(
    'denied',
    `${registry.host}: wants its credentials told to ${realm.host}, which does not belong to it`,
    {
      remedy: `if that is right, allow it in registries.yaml: token_hosts: [${realm.host}] for ${registry.host}`,
    },
  );
}

function question(realm: URL, request: TokenRequest, credentials: Credentials | undefined): HttpRequest {
  const url = new URL(realm);
  const { service } = request.challenge.parameters;
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of request.scopes) url.searchParams.append('scope', scope);
  const isNamed = credentials?.kind === 'basic';
  if (isNamed) url.searchParams.set('account', credentials.username);
  const headers = isNamed ? { authorization: basic(credentials) } : {};
  return { method: 'GET', url, headers, signal: request.signal };
}

function exchange(realm: URL, request: TokenRequest, token: string): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: 'sampan',
  });
  form.set('service', request.challenge.parameters.service ?? '');
  form.set('scope', request.scopes.join(' '));
  const bytes = Buffer.from(form.toString());
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = { sizeBytes: bytes.length, open: () => once(bytes) };
  return { method: 'POST', url: realm, headers, body, isRepeatable: true, signal: request.signal };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The header for a user and a password (RFC 7617). */
export function basic({
  username,
  password,
}: {
  readonly username: string;
  readonly password: string;
}): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function tokenOf(response: HttpResponse, request: TokenRequest, realm: URL): Promise<Token> {
  const { status } = response;
  if (status !== 200) response.close();
  if (status === 401 || status === 403) {
    const who = request.credentials === undefined ? 'nobody in particular' : 'the credentials that are set';
    throw new SampanError('denied', `${realm.host}: gives no token for ${request.registry.host} to ${who}`, {
      remedy: LOGIN_REMEDY,
    });
  }
  if (status === 429) throw new SampanError('limit', `${realm.host}: too many requests for tokens`);
  if (status !== 200) throw new SampanError('unavailable', `${realm.host}: no token, status ${status}`);
  const bytes = await readBody(response, MAX_TOKEN_BYTES);
  const fields = parse(bytes);
  const value = fields?.token ?? fields?.access_token;
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,65536}$/.test(value)) {
    throw new SampanError('invalid', `${realm.host}: an answer without a token in it`);
  }
  return { value, expiresMs: request.nowMs + lifetimeMs(fields?.expires_in) };
}

/** What to do when a registry refuses who one is. */
export const LOGIN_REMEDY =
  'log in (docker login, podman login or skopeo login), or set the credentials in registries.yaml';

function parse(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** A little less than was said: the clock of the other side may be ahead, and requests take their time. */
function lifetimeMs(expiresIn: unknown): number {
  const said = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : DEFAULT_SECONDS;
  return Math.min(said, MAX_SECONDS) * 900;
}
