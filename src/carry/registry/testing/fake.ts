import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestOf } from '../../../core/bytes/index.ts';
import { type Ending, startServer, type TestServer } from '../../http/testing/index.ts';

/** What a fake registry holds, for a test to fill and to look at. */
export interface FakeRegistry extends TestServer {
  /** By `repository@digest`. */
  readonly blobs: Map<string, Buffer>;
  /** By `repository:tag` and `repository@digest`. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>;
  /** Bytes that uploads have so far. */
  readonly uploads: Map<string, Buffer>;
}

/** A call as a test sees it, before the registry does. */
export interface FakeCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly registry: FakeRegistry;
  /** Counted from 1. */
  readonly number: number;
}

/** Answers instead of the registry when it returns true. */
export type Intercept = (call: FakeCall) => boolean | undefined | Promise<boolean | undefined>;

/** A registry in memory, as the distribution specification 1.1 says, where a test can do wrong on purpose. */
export async function fakeRegistry(t: Ending, intercept: Intercept = () => false): Promise<FakeRegistry> {
  let count = 0;
  const held = { blobs: new Map(), manifests: new Map(), uploads: new Map() };
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    count += 1;
    const url = new URL(request.url ?? '/', registry.origin);
    const call = { request, response, url, registry, number: count };
    if ((await intercept(call)) !== true) await answer(call);
  };
  const server = await startServer(t, (request, response) => {
    listener(request, response).catch(() => response.destroy());
  });
  const registry: FakeRegistry = { ...server, ...held };
  return registry;
}

async function answer(call: FakeCall): Promise<void> {
  const { url, response, request } = call;
  const [, name = '', kind, rest = ''] =
    /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
  if (kind === 'blobs') blob(call, `${name}@${rest}`);
  else if (kind === 'manifests' && request.method === 'PUT') await putManifest(call, name, rest);
  else if (kind === 'manifests') manifest(call, rest.includes(':') ? `${name}@${rest}` : `${name}:${rest}`);
  else if (kind === 'blobs/uploads') await upload(call, name, rest);
  else if (kind === 'tags') tags(call, name);
  else response.writeHead(url.pathname === '/v2/' ? 200 : 404).end();
}

function blob({ request, response, registry }: FakeCall, key: string): void {
  const bytes = registry.blobs.get(key);
  if (bytes === undefined) return void response.writeHead(404).end();
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  const length = { 'content-length': String(bytes.length - from) };
  response.writeHead(from === 0 ? 200 : 206, from === 0 ? length : { ...length, ...range });
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from));
}

function manifest({ request, response, registry }: FakeCall, key: string): void {
  const found = registry.manifests.get(key);
  if (found === undefined) {
    const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'no such manifest' }] });
    return void response.writeHead(404, { 'content-type': 'application/json' }).end(body);
  }
  const { type, bytes } = found;
  const headers = { 'content-type': type, 'docker-content-digest': digestOf(bytes) };
  response.writeHead(200, { ...headers, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function putManifest(
  { request, response, registry }: FakeCall,
  name: string,
  tag: string,
): Promise<void> {
  const bytes = await bodyOf(request);
  const kept = { type: request.headers['content-type'] ?? '', bytes };
  registry.manifests.set(`${name}@${digestOf(bytes)}`, kept);
  if (!tag.includes(':')) registry.manifests.set(`${name}:${tag}`, kept);
  response.writeHead(201, { 'docker-content-digest': digestOf(bytes) }).end();
}

async function upload(call: FakeCall, name: string, id: string): Promise<void> {
  const { request, response, registry, url } = call;
  const { method } = request;
  if (method === 'POST') return begin(call, name);
  const held = registry.uploads.get(id);
  if (held === undefined) return void response.writeHead(404).end();
  const bytes = Buffer.concat([held, await bodyOf(request)]);
  registry.uploads.set(id, bytes);
  const digest = url.searchParams.get('digest');
  if (method === 'PUT' && digest !== null) {
    registry.uploads.delete(id);
    if (digestOf(bytes) !== digest) return void response.writeHead(400).end();
    registry.blobs.set(`${name}@${digest}`, bytes);
    return void response.writeHead(201, { location: `/v2/${name}/blobs/${digest}` }).end();
  }
  const range = `0-${Math.max(0, bytes.length - 1)}`;
  response
    .writeHead(method === 'GET' ? 204 : 202, { location: `${url.pathname}?step=${call.number}`, range })
    .end();
}

function begin({ response, registry, url }: FakeCall, name: string): void {
  const [digest, from] = ['mount', 'from'].map(key => url.searchParams.get(key));
  const mounted = registry.blobs.get(`${from}@${digest}`);
  if (mounted !== undefined) {
    registry.blobs.set(`${name}@${digest}`, mounted);
    return void response.writeHead(201, { location: `/v2/${name}/blobs/${digest}` }).end();
  }
  const id = randomUUID();
  registry.uploads.set(id, Buffer.alloc(0));
  response.writeHead(202, { location: `/v2/${name}/blobs/uploads/${id}` }).end();
}

function tags({ response, registry, url }: FakeCall, name: string): void {
  const all = [...registry.manifests.keys()].filter(key => key.startsWith(`${name}:`)).sort();
  const last = url.searchParams.get('last') ?? '';
  const page = all.map(key => key.slice(name.length + 1)).filter(tag => tag > last);
  const shown = page.slice(0, 2);
  const link = `</v2/${name}/tags/list?n=2&last=${shown.at(-1)}>; rel="next"`;
  response.writeHead(200, page.length > 2 ? { link } : {}).end(JSON.stringify({ name, tags: shown }));
}

/** All that a request carries. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
