import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Docker } from '../../../core/docker/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import { type AgentHost, type ModuleName, openBus, type RunningModule } from '../../module/index.ts';
import { httpModule } from '../http.ts';
import type { HttpLimits } from '../limits.ts';

/** What a server answered. */
export interface TestReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The module on a socket or a port of its own. */
export interface TestServer extends AsyncDisposable {
  readonly host: AgentHost;
  readonly directory: string;
  /** `unix:PATH`, or a URL. */
  readonly place: string;
  /** How to reach it with `node:http`. */
  readonly target: RequestOptions;
  call(path: string, options?: RequestOptions & { readonly body?: string }): Promise<TestReply>;
}

/** What a test gives it. */
export interface TestOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly limits?: Partial<HttpLimits>;
  readonly modules?: ReadonlyMap<ModuleName, RunningModule>;
  readonly docker?: Docker;
}

/** Starts the module with a host that has no engine unless one is given. */
export async function testServer(t: TestContext, options: TestOptions = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-http-'));
  const ending = new AbortController();
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const { docker, modules = new Map(), settings = {} } = options;
  const host: AgentHost = {
    docker: async () => docker ?? Promise.reject(new SampanError('unavailable', 'there is no engine')),
    bus: openBus(Date.now),
    signal: ending.signal,
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: async () => {},
    state: {
      read: async () => undefined,
      write: async () => true,
      directory: join(directory, 'state'),
      wear: () => ({ totalBytes: 12_345, bytesPerDay: 54_321 }),
    },
    settings,
    projects: [],
    modules: () => modules,
  };
  const module = httpModule({
    socketPath: join(directory, 'agent.sock'),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const running = await module.start(host);
  const place = placeOf(host);
  const target = targetOf(place);
  t.after(async () => {
    ending.abort();
    await running[Symbol.asyncDispose]();
  });
  return {
    host,
    directory,
    place,
    target,
    call: async (path, more = {}) => await call({ ...target, path, ...more }),
    [Symbol.asyncDispose]: async () => await running[Symbol.asyncDispose](),
  };
}

function placeOf({ bus }: AgentHost): string {
  return String(bus.recent().find(({ kind }) => kind === 'http.listening')?.data.place);
}

function targetOf(place: string): RequestOptions {
  if (place.startsWith('unix:')) return { socketPath: place.slice(5), headers: { host: 'localhost' } };
  const { hostname, port } = new URL(place);
  return { host: hostname, port };
}

async function call({ body, ...options }: RequestOptions & { readonly body?: string }): Promise<TestReply> {
  const { promise, resolve, reject } = Promise.withResolvers<TestReply>();
  const outgoing = request({ agent: false, ...options }, incoming => {
    const chunks: Buffer[] = [];
    incoming.on('data', chunk => chunks.push(chunk));
    incoming.on('error', reject);
    incoming.on('end', () =>
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        text: Buffer.concat(chunks).toString(),
      }),
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return await promise;
}
