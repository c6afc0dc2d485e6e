import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import test from 'node:test';
import type { TLSSocket } from 'node:tls';
import { isSampanError } from '../../core/errors/index.ts';
import { fail, scratch } from '../../core/store/testing/index.ts';
import { type HttpOptions, httpClient, readBody } from './index.ts';
import { type Ending, startServer, testCertificates } from './testing/index.ts';

async function textOf(url: string, options: HttpOptions): Promise<string> {
  const response = await httpClient({ ...options, maxAttempts: 1 })({ method: 'GET', url: new URL(url) });
  return (await readBody(response, 1000)).toString();
}

test('a server is trusted by its own authority, and only by that', async t => {
  const { ca, server, client } = testCertificates(scratch(t));
  const running = await startServer(t, (_, response) => response.end('hello'), server);
  assert.equal(await textOf(running.origin, { tlsFor: async () => ({ ca: [ca] }) }), 'hello');
  await assert.rejects(textOf(running.origin, {}), error => {
    assert.ok(isSampanError(error, 'denied') && error.message.includes('not trusted'), String(error));
    assert.ok(error.remedy?.includes('--ca') && error.remedy.includes(running.host));
    return true;
  });
  const other = await startServer(t, (_, response) => response.end('hello'), client);
  await assert.rejects(
    textOf(other.origin, { tlsFor: async () => ({ ca: [ca] }) }),
    fail('denied', 'not trusted'),
  );
});

test('a client shows its own certificate to the host that it is for', async t => {
  const { ca, server, client } = testCertificates(scratch(t));
  const running = await startServer(
    t,
    (request, response) => {
      const socket = request.socket as TLSSocket;
      response.end(String(socket.getPeerCertificate().subject?.CN));
    },
    { ...server, ca, requestCert: true, rejectUnauthorized: true },
  );
  const tlsFor = async (host: string) => (host === running.host ? { ca: [ca], ...client } : undefined);
  assert.equal(await textOf(running.origin, { tlsFor }), 'client');
  await assert.rejects(
    textOf(running.origin, { tlsFor: async () => ({ ca: [ca] }) }),
    fail('denied', 'refuses'),
  );
});

test('TLS with a server that speaks none is an error that tells so', async t => {
  const server = await startServer(t, (_, response) => response.end());
  await assert.rejects(textOf(server.origin.replace('http:', 'https:'), {}), error => {
    assert.ok(isSampanError(error, 'denied') && error.message.includes('does not speak TLS'), String(error));
    return true;
  });
});

/** A proxy that leads every name to one port of this machine. */
async function startProxy(
  t: Ending,
  port: number,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('by the proxy');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const each of [onward, socket]) each.on('error', () => each.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, asked };
}

test('proxies of the environment are used, except for this machine and what NO_PROXY names', async t => {
  const { ca, server } = testCertificates(scratch(t));
  const running = await startServer(t, (_, response) => response.end('hello'), server);
  const port = Number(running.host.split(':')[1]);
  const { url, asked } = await startProxy(t, port);
  const options = {
    tlsFor: async () => ({ ca: [ca] }),
    isPlainAllowed: () => true,
    proxies: { HTTPS_PROXY: url, http_proxy: url, NO_PROXY: 'direct.invalid,.other.invalid' },
  };
  assert.equal(await textOf('https://registry.test/v2/', options), 'hello');
  assert.equal(await textOf('http://plain.test/x', options), 'by the proxy');
  assert.equal(await textOf(running.origin, options), 'hello');
  await assert.rejects(textOf('https://direct.invalid/', options), fail('unavailable', 'direct.invalid'));
  assert.deepEqual(asked, ['CONNECT registry.test:443', 'GET http://plain.test/x']);
});
