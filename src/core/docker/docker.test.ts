import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { commonVersion, connectDocker, type Docker } from './client.ts';
import { inspectContainer, killContainer, removeContainer } from './containers.ts';
import { importImage, inspectImage, loadImages, saveImages, tagImage } from './images.ts';
import { request } from './request.ts';
import { findSocket, socketCandidates } from './socket.ts';
import { demultiplex } from './stream.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sampan-docker-'));
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close().closeAllConnections();
  rmSync(scratch, { recursive: true, force: true });
});

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

const VERSION = {
  ApiVersion: '1.41',
  MinAPIVersion: '1.12',
  Version: '20.10.24',
  Os: 'linux',
  Arch: 'amd64',
};

async function fake(handler: Handler, version: object = VERSION): Promise<Docker> {
  const socket = join(scratch, `${servers.length}.sock`);
  const server = createServer((incoming, outgoing) => {
    if (incoming.url === '/version') outgoing.end(JSON.stringify(version));
    else handler(incoming, outgoing);
  });
  servers.push(server);
  await new Promise<void>(done => server.listen(socket, done));
  return await connectDocker({ host: `unix://${socket}` });
}

const answer =
  (status: number, body: string): Handler =>
  (_, outgoing) =>
    outgoing.writeHead(status).end(body);
const withCode = (code: string) => (error: unknown) => isSampanError(error) && error.code === code;

test('speaks the newest version that both sides know', async () => {
  assert.equal((await fake(answer(200, ''))).apiVersion, '1.41');
  assert.equal(commonVersion('1.99', '1.44'), '1.47');
  for (const [most, least] of [
    ['1.39', '1.12'],
    ['1.99', '1.48'],
    ['', ''],
    ['x', 'y'],
  ] as const) {
    assert.throws(() => commonVersion(most, least), withCode('unsupported'));
  }
});

test('recognises Podman', async () => {
  const podman = { ...VERSION, Components: [{ Name: 'Podman Engine' }] };
  assert.equal((await fake(answer(200, ''), podman)).kind, 'podman');
});

test('names what to do when no engine answers', async () => {
  const missing = connectDocker({ host: join(scratch, 'none.sock') });
  await assert.rejects(
    missing,
    error => isSampanError(error, 'unavailable') && /start Docker/.test(error.remedy ?? ''),
  );
  await assert.rejects(
    request(join(scratch, 'none.sock'), { method: 'GET', path: '/' }),
    withCode('unavailable'),
  );
  assert.throws(() => findSocket({ host: 'ssh://x' }), withCode('unsupported'));
  assert.deepEqual(socketCandidates({ host: '/a.sock' }), ['/a.sock']);
  assert.ok(socketCandidates({ runtimeDirectory: '/r' }).includes('/r/podman/podman.sock'));
});

test('turns statuses into errors with the words of the engine', async () => {
  for (const [status, code] of [
    [404, 'not-found'],
    [400, 'invalid'],
    [403, 'denied'],
    [500, 'unavailable'],
    [501, 'unsupported'],
  ] as const) {
    const docker = await fake(answer(status, JSON.stringify({ message: 'its words' })));
    await assert.rejects(
      inspectImage(docker, 'x'),
      error => withCode(code)(error) && /its words/.test(String(error)),
    );
  }
  const full = await fake(answer(500, '{"message":"write /x: no space left on device"}'));
  await assert.rejects(inspectImage(full, 'x'), withCode('no-space'));
});

test('survives answers of every wrong shape', async () => {
  for (const body of ['', 'null', '[]', '{', '"x"', '7']) {
    const docker = await fake(answer(200, body));
    await assert.rejects(inspectImage(docker, 'x'), withCode('invalid'));
  }
  const docker = await fake(
    answer(200, '{"State":5,"NetworkSettings":{"Ports":{"80/tcp":"x","81/tcp":[{"HostPort":"-1"}]}}}'),
  );
  assert.deepEqual((await inspectContainer(docker, 'x')).ports, {});
});

test('escapes names, and leaves their slashes', async () => {
  const seen: string[] = [];
  const docker = await fake((incoming, outgoing) => {
    seen.push(incoming.url ?? '');
    outgoing.end('{}');
  });
  await inspectImage(docker, 'a/b c?d:1');
  await tagImage(docker, 'x', { repository: 'r&s', tag: '1' });
  assert.deepEqual(seen, ['/v1.41/images/a/b%20c%3Fd%3A1/json', '/v1.41/images/x/tag?repo=r%26s&tag=1']);
});

test('takes it as done when what is to be removed is gone', async () => {
  const docker = await fake(answer(404, '{"message":"no such container"}'));
  assert.equal(await removeContainer(docker, 'x'), false);
  assert.equal(await killContainer(docker, 'x', { killSignal: '9' }), false);
});

test('reads what was loaded, in pieces of any size, and raises an error in the stream', async () => {
  const text =
    '{"stream":"Loaded image: a:1\\n"}\n{"status":"x"}\r\n{"stream":"Loaded image ID: sha256:ab\\n"}\n';
  const docker = await fake((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      for (const char of text) outgoing.write(char);
      outgoing.end();
    });
  });
  assert.deepEqual(await loadImages(docker, once('tar')), { images: ['a:1', 'sha256:ab'] });
  const failing = await fake((incoming, outgoing) => {
    incoming
      .resume()
      .on('end', () =>
        outgoing.end('{"errorDetail":{"message":"archive/tar: invalid tar header"},"error":"x"}'),
      );
  });
  await assert.rejects(loadImages(failing, once('tar')), error => /invalid tar header/.test(String(error)));
  const wrong = await fake(
    (incoming, outgoing) => void incoming.resume().on('end', () => outgoing.end('<html>')),
  );
  await assert.rejects(loadImages(wrong, once('tar')), withCode('invalid'));
});

test('passes on the failure of the stream that it sends', async () => {
  const docker = await fake(incoming => void incoming.resume());
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a');
    throw new Error('the disk is on fire');
  };
  await assert.rejects(importImage(docker, broken()), error =>
    /disk is on fire|broke off/.test(String(error)),
  );
});

test('hears an engine that refuses before it has read all', async () => {
  const docker = await fake((_, outgoing) => outgoing.writeHead(403).end('{"message":"no"}'));
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 1000; count++) yield Buffer.alloc(65536);
  };
  await assert.rejects(loadImages(docker, endless()), withCode('denied'));
});

test('can be cancelled before the answer and within it, and does not wait for ever', async () => {
  const docker = await fake((_, outgoing) => void outgoing.write('x'));
  const abort = new AbortController();
  const read = async () => {
    for await (const _ of saveImages(docker, ['x'], { signal: abort.signal })) abort.abort();
  };
  await assert.rejects(read(), withCode('cancelled'));
  await assert.rejects(inspectImage(docker, 'x', { signal: abort.signal }), withCode('cancelled'));
  const mute = request(docker.socketPath, { method: 'GET', path: '/x', idleMs: 50 });
  await assert.rejects(
    mute.then(async reply => {
      for await (const _ of reply.body);
    }),
    withCode('timeout'),
  );
});

test('reports an answer that is cut off', async () => {
  const docker = await fake((_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Length': '100' });
    outgoing.write('{"Id"', () => outgoing.destroy());
  });
  await assert.rejects(inspectImage(docker, 'x'), withCode('unavailable'));
});

test('takes apart output whatever the pieces it comes in', async () => {
  const frames = [frame(1, 'hello '), frame(2, 'oh'), frame(1, ''), frame(1, 'world')];
  const whole = Buffer.concat(frames);
  for (let size = 1; size <= whole.length; size++) {
    const text = { stdout: '', stderr: '' };
    for await (const { stream, bytes } of demultiplex(pieces(whole, size)))
      text[stream] += Buffer.from(bytes).toString();
    assert.deepEqual(text, { stdout: 'hello world', stderr: 'oh' });
  }
});

test('refuses frames that are none, or too large', async () => {
  const read = async (bytes: Buffer) => {
    for await (const _ of demultiplex(pieces(bytes, 5)));
  };
  await assert.rejects(read(Buffer.from('plain text, no frames')), withCode('invalid'));
  await assert.rejects(read(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])), withCode('limit'));
  await read(frame(1, 'cut off').subarray(0, 10));
});

function frame(stream: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
