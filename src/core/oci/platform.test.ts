import assert from 'node:assert/strict';
import test from 'node:test';
import { digestOf } from '../bytes/index.ts';
import { isSampanError } from '../errors/index.ts';
import { choosePlatform, formatPlatform, hostPlatform, parsePlatform, platformFit } from './platform.ts';
import { type Descriptor, MEDIA } from './types.ts';

function image(platform?: string, annotations?: Record<string, string>): Descriptor {
  const base = { mediaType: MEDIA.manifest, digest: digestOf(platform ?? 'none'), size: 1 };
  const [os = '', architecture = '', variant] = platform?.split('/') ?? [];
  const parsed = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  return {
    ...base,
    ...(platform === undefined ? {} : { platform: parsed }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function chosen(platforms: readonly string[], wanted: string | undefined, host = 'linux/amd64'): string {
  const choice = {
    what: 'index',
    wanted: wanted === undefined ? undefined : parsePlatform(wanted),
    host: parsePlatform(host),
  };
  const { platform } = choosePlatform(
    platforms.map(each => image(each)),
    choice,
  );
  return platform === undefined ? 'none' : formatPlatform(platform);
}

test('platforms are read with their usual other names', () => {
  assert.deepEqual(parsePlatform('aarch64'), { os: 'linux', architecture: 'arm64' });
  assert.deepEqual(parsePlatform('linux/x86_64'), { os: 'linux', architecture: 'amd64' });
  assert.deepEqual(parsePlatform('Linux/ARM/v7'), { os: 'linux', architecture: 'arm', variant: 'v7' });
  assert.equal(hostPlatform('x64').architecture, 'amd64');
  for (const text of ['', '/', 'linux/', 'a/b/c/d', 'linux/a b']) {
    assert.throws(
      () => parsePlatform(text),
      error => isSampanError(error, 'usage'),
    );
  }
});

test('older variants run on newer machines, newer ones do not run on older', () => {
  const fit = (have: string, want: string): number => platformFit(parsePlatform(have), parsePlatform(want));
  assert.ok(fit('linux/arm/v6', 'linux/arm/v7') > 0);
  assert.ok(fit('linux/arm/v7', 'linux/arm/v7') > fit('linux/arm/v6', 'linux/arm/v7'));
  assert.equal(fit('linux/arm/v7', 'linux/arm/v6'), 0);
  assert.ok(fit('linux/arm64', 'linux/arm64/v8') > 0);
  assert.ok(fit('linux/arm64/v8', 'linux/arm64') > 0);
  assert.equal(fit('linux/arm', 'linux/arm64'), 0);
  assert.equal(fit('linux/amd64/v3', 'linux/amd64'), 0);
});

test('the best fit is chosen, in any order', () => {
  const all = [
    'linux/arm/v5',
    'linux/arm/v7',
    'linux/arm/v6',
    'linux/amd64',
    'linux/arm64/v8',
    'windows/amd64',
  ];
  assert.equal(chosen(all, 'linux/arm/v6'), 'linux/arm/v6');
  assert.equal(chosen(all.toReversed(), 'linux/arm'), 'linux/arm/v7');
  assert.equal(chosen(all, 'arm64'), 'linux/arm64/v8');
  assert.equal(chosen(all, undefined), 'linux/amd64');
});

test('the only image is taken when no platform was asked for, and not when another one was', () => {
  assert.equal(chosen(['linux/riscv64'], undefined), 'linux/riscv64');
  assert.equal(choosePlatform([image()], { what: 'x', wanted: parsePlatform('arm64') }).platform, undefined);
  assert.throws(
    () => chosen(['linux/riscv64'], 'amd64'),
    error => isSampanError(error, 'not-found'),
  );
});

test('attestations are passed over', () => {
  const attestation = image('linux/amd64', { 'vnd.docker.reference.type': 'attestation-manifest' });
  const list = [image('unknown/unknown'), attestation, image('linux/arm64')];
  assert.equal(choosePlatform(list, { what: 'x' }).platform?.architecture, 'arm64');
});

test('when nothing fits, the error lists what is there', () => {
  assert.throws(
    () => chosen(['linux/arm64', 'linux/s390x'], 'linux/amd64'),
    error =>
      isSampanError(error, 'not-found') &&
      error.message.includes('linux/arm64, linux/s390x') &&
      error.remedy?.includes('--platform') === true,
  );
  assert.throws(() => chosen([], undefined), /holds no image/);
});
