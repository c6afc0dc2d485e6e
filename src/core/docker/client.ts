import type { Duplex } from 'node:stream';
import { type ErrorCode, SampanError } from '../errors/index.ts';
import { type Fields, isFields, parseFields, parseList, textAt } from './json.ts';
import { type Call, type Reply, readAll, request, upgrade } from './request.ts';
import { findSocket, type SocketSearch } from './socket.ts';

/** A server of the Docker Engine API that has answered. Plain data: each call opens its own connection. */
export interface Docker {
  readonly socketPath: string;
  /** The version that both sides speak, such as `1.41`. */
  readonly apiVersion: string;
  /** Its own version, such as `20.10.24`. */
  readonly serverVersion: string;
  readonly kind: 'docker' | 'podman';
  /** As OCI names them: `linux`, `amd64`. */
  readonly os: string;
  readonly architecture: string;
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The highest and lowest versions of the API that these calls are written for. */
const API_RANGE = { highest: '1.47', lowest: '1.40' } as const;

const ANSWER_LIMIT = 64 * 1024 * 1024;
const MESSAGE_LIMIT = 64 * 1024;

/**
 * Finds the engine's socket, asks for its version, and settles on one that both sides speak.
 *
 * @throws SampanError `unavailable`, `denied`, or `unsupported` when no version is common.
 */
export async function connectDocker(search: SocketSearch = {}, options: CallOptions = {}): Promise<Docker> {
  const socketPath = findSocket(search);
  const reply = await request(socketPath, { method: 'GET', path: '/version', idleMs: 10_000, ...options });
  const answer = await settle(reply, { method: 'GET', path: '/version' });
  const version = parseFields(await bodyText(answer), 'version');
  return {
    socketPath,
    apiVersion: commonVersion(textAt(version, 'ApiVersion'), textAt(version, 'MinAPIVersion')),
    serverVersion: textAt(version, 'Version'),
    kind: isPodman(version) ? 'podman' : 'docker',
    os: textAt(version, 'Os'),
    architecture: textAt(version, 'Arch'),
  };
}

/** The version to speak with a server that speaks from `least` to `most`. @throws SampanError `unsupported`. */
export function commonVersion(most: string, least: string): string {
  const chosen = compareVersions(most, API_RANGE.highest) < 0 ? most : API_RANGE.highest;
  const spoken =
    compareVersions(chosen, API_RANGE.lowest) >= 0 && (least === '' || compareVersions(chosen, least) >= 0);
  if (/^\d+\.\d+$/.test(chosen) && spoken) return chosen;
  throw new SampanError(
    'unsupported',
    `the engine speaks API ${least} to ${most}; ${API_RANGE.lowest} to ${API_RANGE.highest} is known`,
    { remedy: 'use Docker 19.03 or newer, or Podman 3 or newer' },
  );
}

/** Makes one call; its answer is 2xx, or a status that the call accepts. @throws SampanError by the status. */
export async function send(docker: Docker, call: Call): Promise<Reply> {
  const path = `/v${docker.apiVersion}${call.path}`;
  return await settle(await request(docker.socketPath, { ...call, path }), call);
}

/** Makes one call that turns its connection into a stream of bytes in both directions. @throws as {@link send}. */
export async function openConnection(docker: Docker, call: Call): Promise<Duplex> {
  const path = `/v${docker.apiVersion}${call.path}`;
  const answer = await upgrade(docker.socketPath, { ...call, path });
  if (!('status' in answer)) return answer;
  await settle(answer, call);
  answer.close();
  throw new SampanError('unsupported', `the engine did not give a connection for ${call.path}`);
}

/** Makes one call and drops the body of its answer; returns the status. */
export async function sendOnly(docker: Docker, call: Call): Promise<number> {
  const reply = await send(docker, call);
  reply.close();
  return reply.status;
}

/** Makes one call whose answer is a JSON object. */
export async function sendForFields(docker: Docker, call: Call): Promise<Fields> {
  return parseFields(await bodyText(await send(docker, call)), `answer to ${call.path}`);
}

/** Makes one call whose answer is a JSON list. */
export async function sendForList(docker: Docker, call: Call): Promise<readonly Fields[]> {
  return parseList(await bodyText(await send(docker, call)), `answer to ${call.path}`);
}

async function bodyText(reply: Reply): Promise<string> {
  return (await readAll(reply, ANSWER_LIMIT)).toString('utf8');
}

async function settle(reply: Reply, call: Call): Promise<Reply> {
  if ((reply.status >= 200 && reply.status < 300) || call.accept?.includes(reply.status) === true)
    return reply;
  const text = (await readAll(reply, MESSAGE_LIMIT).catch(() => Buffer.alloc(0))).toString('utf8');
  throw statusError(reply.status, messageOf(text), call);
}

function messageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (isFields(value)) return textAt(value, 'message') || textAt(value, 'cause');
  } catch {
    // Not JSON: a proxy's or an old server's plain text says it as well.
  }
  return text.trim();
}

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  409: 'invalid',
  501: 'unsupported',
};

function statusError(status: number, message: string, call: Call): SampanError {
  const text = message === '' ? `status ${status} for ${call.method} ${call.path}` : message;
  if (/no space left on device|disk quota exceeded/i.test(message)) {
    return new SampanError('no-space', `the engine has no disk space left: ${text}`, {
      remedy: 'free some space (docker system df shows what is used)',
    });
  }
  return new SampanError(STATUS_CODES[status] ?? 'unavailable', `the engine refused: ${text}`);
}

function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

function isPodman(version: Fields): boolean {
  const components = version.Components;
  if (!Array.isArray(components)) return false;
  return components.some(part => isFields(part) && textAt(part, 'Name').startsWith('Podman'));
}
