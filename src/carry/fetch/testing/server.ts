import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpClient, type Send, type Waiting } from '../../http/index.ts';

/** What a test's server does with one request; true when it has answered. */
export type Mood = (request: IncomingMessage, response: ServerResponse, body: Served) => boolean;

/** A file that is served. */
export interface Served {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** A web server for one test. */
export interface TestServer {
  readonly url: URL;
  /** By path; may be changed at any time. */
  readonly files: Map<string, Served>;
  /** The `Range` of each request for a file that is not a list. */
  readonly ranges: (string | undefined)[];
  readonly requests: IncomingMessage[];
  /** Tried one after the other, each once. */
  readonly moods: Mood[];
}

/** Starts a server on loopback that is stopped after the test. */
export async function serve(t: { after(work: () => void): void }): Promise<TestServer> {
  const files = new Map<string, Served>();
  const ranges: (string | undefined)[] = [];
  const requests: IncomingMessage[] = [];
  const moods: Mood[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    if (path.endsWith('.chunks')) return void response.end(file.bytes);
    ranges.push(request.headers.range);
    if (moods.shift()?.(request, response, file) === true) return;
    answer(request, response, file);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/`), files, ranges, requests, moods };
}

/** Answers as a good server does: with ranges, and with all when the file is another one now. */
export function answer(request: IncomingMessage, response: ServerResponse, { bytes, etag }: Served): void {
  const [from, to] = rangeOf(request, bytes.length);
  const isOther = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
  if (from === undefined || isOther) {
    response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
  } else if (from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  } else {
    const part = bytes.subarray(from, to + 1);
    const range = `bytes ${from}-${from + part.length - 1}/${bytes.length}`;
    response.writeHead(206, { etag, 'content-length': part.length, 'content-range': range }).end(part);
  }
}

/** What a request asks for; no start when it wants all. */
export function rangeOf(request: IncomingMessage, size: number): readonly [number | undefined, number] {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  return [from === undefined ? undefined : Number(from), to ? Number(to) : size - 1];
}

/** Breaks the connection after so many bytes of the body. */
export function breakAfter(count: number): Mood {
  return (request, response, { bytes, etag }) => {
    const [from = 0] = rangeOf(request, bytes.length);
    const length = bytes.length - from;
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    const head = from === 0 ? {} : { 'content-range': range };
    response.writeHead(from === 0 ? 200 : 206, { etag, 'content-length': length, ...head });
    // What the other side has not read by then is lost.
    response.write(bytes.subarray(from, from + count), () => setTimeout(() => response.destroy(), 100));
    return true;
  };
}

/** Sends other bytes: one bit of byte `at` of the file is flipped. */
export function flip(at: number): Mood {
  return (request, response, { bytes, etag }) => {
    const wrong = Buffer.from(bytes);
    wrong[at] = (wrong[at] ?? 0) ^ 1;
    answer(request, response, { bytes: wrong, etag });
    return true;
  };
}

/** A clock of its own: sleeping takes no time, and is written down. */
export interface TestClock extends Waiting {
  readonly slept: number[];
  ms: number;
}

/** A clock that begins at a time. */
export function clockAt(ms: number): TestClock {
  const clock: TestClock = {
    ms,
    slept: [],
    now: () => clock.ms,
    sleep: async pause => {
      clock.slept.push(pause);
      clock.ms += pause;
    },
    random: () => 0,
  };
  return clock;
}

/** The client that is used, with that clock. */
export function clientWith(waiting: Waiting): Send {
  return httpClient({ waiting });
}
