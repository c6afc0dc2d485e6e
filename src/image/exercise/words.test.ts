import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import { healthOf } from './health.ts';
import { parseHttpProbe } from './parse.ts';
import { shapeOf } from './shape.ts';
import { argumentsOf, exposedPorts, specOf } from './spec.ts';
import type { Exercise } from './types.ts';

test('probes are read as people write them', () => {
  const get = { kind: 'http', port: 8080, path: '/', method: 'GET' };
  deepEqual(parseHttpProbe('http://:8080'), get);
  deepEqual(parseHttpProbe(' http://localhost:8080/a?b=c '), { ...get, path: '/a?b=c' });
  deepEqual(parseHttpProbe('http://:8080/ => 404'), { ...get, status: 404 });
  deepEqual(parseHttpProbe('http:///x'), { ...get, port: 80, path: '/x' });
  deepEqual(parseHttpProbe('DELETE http://:8080/x'), { ...get, method: 'DELETE', path: '/x' });
  deepEqual(parseHttpProbe('http://:8080/x a=b c => 201'), {
    ...get,
    path: '/x',
    method: 'POST',
    body: 'a=b c',
    status: 201,
  });
  deepEqual(parseHttpProbe('PUT http://:8080/x {"a":"=> 5"}'), {
    ...get,
    path: '/x',
    method: 'PUT',
    body: '{"a":"=> 5"}',
  });
});

test('what is no probe is refused with an example', () => {
  for (const text of ['', '/x', 'https://:8080/', 'http://:0/', 'http://:70000/', 'get http://:80/']) {
    throws(
      () => parseHttpProbe(text),
      error => isSampanError(error, 'usage') && error.remedy !== undefined,
      text,
    );
  }
});

const shape = (type: string, body: string): string => shapeOf({ type, body, isCut: false });

test('answers that differ in values alone look the same', () => {
  const json = 'application/json; charset=utf-8';
  equal(shape(json, '{"b":1,"a":["x","y"]}'), shape(json, '{"a":["z"],"b":-7.5}'));
  equal(shape('text/html', '<p>12:00</p><a href=x>'), shape('TEXT/HTML;x', '<a href=y><p>13:00</p><p>'));
  equal(shape('text/plain', 'host a1'), shape('text/plain', 'host b2'));
});

test('answers that differ in kind do not', () => {
  const pairs = [
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":1}', '{"b":1}'],
    ['{"a":1}', '{"a":1'],
    ['[]', '[1]'],
    ['null', '{}'],
  ] as const;
  for (const [one, other] of pairs)
    notEqual(shape('application/json', one), shape('application/json', other));
  notEqual(shape('text/html', '<p>'), shape('text/html', '<h1>'));
  notEqual(shape('text/plain', 'x'), shape('text/plain', ' '));
  notEqual(shape('text/plain', 'x'), shape('text/html', 'x'));
});

test('a deep or wide answer has a short shape', () => {
  equal(shape('application/json', `${'['.repeat(50_000)}${']'.repeat(50_000)}`).length < 100, true);
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])));
  equal(shape('application/json', wide).length < 2100, true);
});

const NONE: Exercise = { probes: [], env: [], mounts: [], limits: {}, readyMs: 1, durationMs: 0 };
const image = (config: object): ImageConfig => ({
  os: 'linux',
  architecture: 'arm64',
  rootfs: { type: 'layers', diff_ids: [] },
  config,
});

test('a container runs as its image says, and as its user says instead', () => {
  const config = image({
    Entrypoint: ['/e'],
    Cmd: ['c'],
    Env: ['A=1'],
    User: '5',
    WorkingDir: '',
    ExposedPorts: { '80/tcp': {} },
  });
  const spec = specOf(config, '/root-fs', NONE);
  deepEqual(
    [spec.args, spec.env, spec.user, spec.workingDirectory, spec.ports],
    [['/e', 'c'], ['A=1'], '5', '/', [80]],
  );
  equal(spec.architecture, 'arm64');
  const mine = specOf(config, '/root-fs', {
    ...NONE,
    command: ['mine'],
    env: ['B=2'],
    user: 'me',
    probes: [parseHttpProbe('http://:81/'), parseHttpProbe('http://:80/')],
  });
  deepEqual([mine.args, mine.env, mine.user, mine.ports], [['/e', 'mine'], ['A=1', 'B=2'], 'me', [80, 81]]);
  deepEqual(argumentsOf(image({})), []);
  throws(
    () => specOf(image({}), '/x', NONE),
    error => isSampanError(error, 'usage'),
  );
});

test('exposed ports are TCP, also in ranges, of which a few are tried', () => {
  const names = ['80', '443/tcp', '53/udp', '8000-8002/tcp', '9000-9999', '5-1', 'x', ''];
  deepEqual(exposedPorts(image({ ExposedPorts: Object.fromEntries(names.map(name => [name, {}])) })), [
    ...[80, 443, 8000, 8001, 8002],
    ...Array.from({ length: 16 }, (_, i) => 9000 + i),
    5,
  ]);
});

test('a health check is a command, or a line for the shell of the image', () => {
  const health = (Test: readonly string[], more: object = {}) =>
    healthOf(image({ Healthcheck: { Test, Timeout: 2e9 }, ...more }));
  deepEqual(health(['CMD', 'a', 'b']), { args: ['a', 'b'], timeoutMs: 2000 });
  deepEqual(health(['CMD-SHELL', 'a && b']), { args: ['/bin/sh', '-c', 'a && b'], timeoutMs: 2000 });
  deepEqual(health(['CMD-SHELL', 'a'], { Shell: ['/bin/bash', '-ec'] })?.args, ['/bin/bash', '-ec', 'a']);
  for (const none of [['NONE'], [], ['CMD'], ['CMD-SHELL']]) equal(health(none), undefined);
});
