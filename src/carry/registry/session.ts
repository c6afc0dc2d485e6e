import { SampanError } from '../../core/errors/index.ts';
import type { HttpRequest, HttpResponse, Send } from '../http/index.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { basic, fetchToken, type Token } from './token.ts';
import type { Credentials } from './types.ts';

/** What a session needs to know about the registry that it is with. */
export interface SessionOptions {
  readonly base: URL;
  readonly now: () => number;
  credentials(): Promise<Credentials | undefined>;
  tokenHosts(): Promise<readonly string[]>;
}

/** Sends requests as who one is, for what the scopes allow (`repository:team/app:pull`). */
export type Session = (request: HttpRequest, scopes: readonly string[]) => Promise<HttpResponse>;

/**
 * A session with a registry. It proves who one is when it is asked to, and remembers the way and the tokens.
 * Only the registry's own origin sees a credential, and only its own answers are listened to.
 *
 * @throws what sending throws, and SampanError `denied` or `invalid` where a token cannot be had. A request that
 *   is refused all the same comes back with its status.
 */
export function openSession(send: Send, options: SessionOptions): Session {
  const state: State = { send, options, challenge: undefined, tokens: new Map(), credentials: undefined };
  return async (request, scopes) => {
    const isHome = request.url.origin === options.base.origin;
    if (!isHome) return await send(request);
    const sent = await signed(state, request, scopes);
    const first = await send(sent);
    if (first.status !== 401 || first.url.origin !== options.base.origin) return first;
    const challenge = chosen(parseChallenges(first.headers['www-authenticate']));
    if (challenge === undefined) return first;
    // Others may have asked for a token in the meantime; only one that was refused is of no use.
    if (state.challenge !== undefined && sent.headers?.authorization !== undefined) forget(state, scopes);
    state.challenge = challenge;
    const again = await signed(state, request, scopes);
    if (again.headers?.authorization === undefined) return first;
    first.close();
    return await send(again);
  };
}

interface State {
  readonly send: Send;
  readonly options: SessionOptions;
  challenge: Challenge | undefined;
  readonly tokens: Map<string, Promise<Token>>;
  credentials: Promise<Credentials | undefined> | undefined;
}

function chosen(challenges: readonly Challenge[]): Challenge | undefined {
  const usable = (each: Challenge): boolean =>
    each.scheme === 'basic' || (each.scheme === 'bearer' && each.parameters.realm !== undefined);
  return challenges.find(each => each.scheme === 'bearer' && usable(each)) ?? challenges.find(usable);
}

function keyOf(scopes: readonly string[]): string {
  return [...scopes].sort().join(' ');
}

function forget(state: State, scopes: readonly string[]): void {
  state.tokens.delete(keyOf(scopes));
}

async function signed(state: State, request: HttpRequest, scopes: readonly string[]): Promise<HttpRequest> {
  const authorization = await headerFor(state, request, scopes);
  if (authorization === undefined) return request;
  return { ...request, headers: { ...request.headers, authorization } };
}

async function headerFor(
  state: State,
  request: HttpRequest,
  scopes: readonly string[],
): Promise<string | undefined> {
  const { challenge } = state;
  if (challenge === undefined) return undefined;
  state.credentials ??= state.options.credentials();
  const credentials = await state.credentials;
  if (credentials?.kind === 'bearer') return `Bearer ${credentials.token}`;
  if (challenge.scheme === 'bearer') return `Bearer ${await tokenFor(state, request, scopes)}`;
  if (credentials?.kind === 'identity') {
    throw new SampanError('denied', `${state.options.base.host}: wants a password, and only a token is set`);
  }
  return credentials === undefined ? undefined : basic(credentials);
}

async function tokenFor(state: State, request: HttpRequest, scopes: readonly string[]): Promise<string> {
  const key = keyOf(scopes);
  const { now } = state.options;
  const held = await state.tokens.get(key)?.catch(() => undefined);
  if (held !== undefined && held.expiresMs > now()) return held.value;
  const asked = newToken(state, request, scopes);
  state.tokens.set(key, asked);
  asked.catch(() => state.tokens.delete(key));
  return (await asked).value;
}

async function newToken(state: State, request: HttpRequest, scopes: readonly string[]): Promise<Token> {
  const { send, options, challenge } = state;
  if (challenge === undefined) throw new SampanError('internal', 'a token without a challenge');
  return await fetchToken(send, {
    registry: options.base,
    challenge,
    scopes,
    credentials: await state.credentials,
    tokenHosts: await options.tokenHosts(),
    nowMs: options.now(),
    signal: request.signal,
  });
}
