import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { checkArchitecture } from './architecture.ts';
import { chooseCapabilities, completeEnvironment, DEFAULT_CAPABILITIES } from './defaults.ts';
import { isMissingProgram, startError } from './failure.ts';
import { signalNumber } from './signal.ts';
import { Tail } from './tail.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sampan-engine-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('signals are known by name, short name and number', () => {
  for (const name of ['SIGTERM', 'term', 'TERM', '15']) assert.equal(signalNumber(name), 15);
  assert.equal(signalNumber('SIGRTMIN+3'), 37);
  assert.equal(signalNumber('RTMAX-1'), 63);
  for (const name of ['', 'SIGNOPE', '0', '65', '-9', 'RTMIN+99']) {
    assert.throws(
      () => signalNumber(name),
      error => isSampanError(error, 'usage'),
    );
  }
});

test('a tail keeps the end, whatever the pieces', () => {
  for (const [limit, piece] of [
    [10, 1],
    [10, 3],
    [10, 64],
    [1, 7],
    [100, 9],
  ] as const) {
    const tail = new Tail(limit);
    const all = Array.from({ length: 500 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    for (let at = 0; at < all.length; at += piece) tail.push(Buffer.from(all.slice(at, at + piece)));
    assert.equal(tail.text(), all.slice(-limit));
    tail.push(Buffer.from('!'));
    assert.equal(tail.text(), `${all}!`.slice(-limit));
  }
});

test('a tail does not begin in the middle of a character', () => {
  const tail = new Tail(4);
  tail.push(Buffer.from('ab€€'));
  assert.equal(tail.text(), '€');
});

test('capabilities are added to and dropped from the default set', () => {
  const choose = (add: string[], drop: string[]) => chooseCapabilities({ add, drop }, ['CHOWN', 'SYS_ADMIN']);
  assert.deepEqual(choose([], []), [...DEFAULT_CAPABILITIES].sort());
  assert.deepEqual(choose(['cap_net_admin'], ['ALL']), ['NET_ADMIN']);
  assert.deepEqual(choose(['ALL'], ['CHOWN']), ['SYS_ADMIN']);
});

test('the environment is completed, not changed', () => {
  const given = { hostname: 'h', home: '/root' };
  const full = ['PATH=/x', 'HOSTNAME=', 'HOME=/y'];
  assert.deepEqual(completeEnvironment(full, given), full);
  assert.deepEqual(completeEnvironment(['PATHS=1'], given).slice(1), ['HOSTNAME=h', 'PATHS=1', 'HOME=/root']);
});

test('another architecture needs a handler that is enabled and held open', () => {
  const state = (text: string) => writeFileSync(join(scratch, 'qemu-aarch64'), text);
  const check = () => checkArchitecture('arm64', { host: 'amd64', binfmt: scratch });
  const unsupported = (error: unknown) =>
    isSampanError(error, 'unsupported') && /qemu-user-static/.test(error.remedy ?? '');
  assert.throws(check, unsupported);
  state('disabled\ninterpreter /q\nflags: OCF\n');
  assert.throws(check, unsupported);
  state('enabled\ninterpreter /F\nflags: OC\n');
  assert.throws(check, unsupported);
  state('enabled\ninterpreter /q\nflags: POCF\n');
  assert.equal(check(), 'emulated');
  assert.equal(checkArchitecture('386', { host: 'amd64', binfmt: scratch }), 'native');
});

test("a runtime's last words become an error that a caller can act on", () => {
  const said = (message: string) =>
    startError(
      'prog',
      `{"level":"warning","msg":"x"}\n${JSON.stringify({ level: 'error', msg: message })}\n`,
    );
  assert.equal(said('exec: "prog": executable file not found in $PATH').code, 'not-found');
  assert.equal(said('exec: "prog": stat prog: no such file or directory').code, 'not-found');
  assert.equal(said('exec: "/prog": permission denied').code, 'denied');
  assert.equal(said('exec /prog: exec format error').code, 'unsupported');
  assert.equal(said('mkdir /x: no space left on device').code, 'no-space');
  assert.match(said('something "else"').message, /something "else"/);
  assert.equal(startError('prog', '').code, 'unavailable');
  assert.ok(isMissingProgram('exec failed: ...: exec: "x": executable file not found in $PATH'));
  assert.ok(!isMissingProgram('permission denied'));
  const directory =
    'exec failed: unable to start: chdir to cwd ("/app") set in config.json failed: no such file';
  assert.ok(!isMissingProgram(directory), 'the working directory is missing, not the program');
});
