import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TestEntry } from '../../../core/store/testing/index.ts';
import { WASTE_RULES } from '../../userland/waste/index.ts';
import type { Finding } from '../finding.ts';
import { FINDING_IDS } from '../finding-ids.ts';
import { historyOf, inspectTestImage, type TestImage } from '../testing/index.ts';
import { kindOfRule } from './groups.ts';

const file = (path: string, bytes: number, more: Partial<TestEntry> = {}): TestEntry => ({
  path,
  content: Buffer.alloc(bytes, path),
  ...more,
});

async function findings(t: TestContext, image: TestImage): Promise<ReadonlyMap<string, Finding>> {
  const { inspection } = await inspectTestImage(t, image);
  for (const { id } of inspection.findings) ok(FINDING_IDS.includes(id), `${id} is not listed`);
  const sizes = inspection.findings.map(each => each.bytes);
  deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
  return new Map(inspection.findings.map(each => [each.id, each]));
}

const STATUS = `Package: golang-1.19-go
Status: install ok installed
Version: 1.19.8
Architecture: amd64
Recommends: gcc

Package: gcc
Status: install ok installed
Version: 12
Architecture: amd64
Depends: cpp (>= 12), libc6 | libc6.1

Package: cpp
Status: install ok installed
Version: 12
Architecture: amd64
`;

test('a Go tool chain, with the compiler that it brought, is one finding, and the first', async t => {
  const found = await findings(t, {
    layers: [
      [file('bin/sh', 9000)],
      [
        { path: 'var/lib/dpkg/status', content: STATUS },
        {
          path: 'var/lib/dpkg/info/golang-1.19-go.list',
          content: '/.\n/usr\n/usr/lib\n/usr/lib/go-1.19\n/usr/lib/go-1.19/go\n',
        },
        { path: 'var/lib/dpkg/info/gcc.list', content: '/usr/bin/gcc\n' },
        { path: 'var/lib/dpkg/info/cpp.list', content: '/usr/bin/cpp\n' },
        file('usr/lib/go-1.19/go', 40_000),
        file('usr/bin/gcc', 30_000),
        file('usr/bin/cpp', 20_000),
        file('var/lib/apt/lists/x_Packages', 60_000),
      ],
    ],
    config: historyOf('ADD rootfs', '/bin/sh -c apt-get update && apt-get install -y golang-go'),
  });
  const [first] = found.values();
  equal(first?.id, 'go-toolchain');
  equal(first?.bytes, 90_000);
  deepEqual(first?.causes, [
    { layer: 1, instruction: 'RUN apt-get update && apt-get install -y golang-go', bytes: 90_000, files: 3 },
  ]);
  match(first?.fix ?? '', /FROM golang.* AS build\n/);
  equal(
    found.get('apt-cache')?.fix,
    'RUN apt-get update && apt-get install -y golang-go && apt-get clean && rm -rf /var/lib/apt/lists/*',
  );
});

test('what is deleted, written again, or copied by chown names both layers and the line to write', async t => {
  const found = await findings(t, {
    layers: [
      [file('bin/sh', 10)],
      [file('tmp/bundle', 50_000), file('srv/a', 20_000, { mtime: 9 }), file('log', 9000)],
      [{ path: 'tmp/.wh.bundle' }],
      [file('srv/a', 20_000, { mtime: 9, uid: 33, gid: 33 })],
      [file('log', 9001)],
    ],
    config: historyOf(
      'ADD base',
      'COPY a /srv',
      '/bin/sh -c rm /tmp/bundle',
      'RUN chown -R www:www /srv',
      'RUN again',
    ),
  });
  const deleted = found.get('deleted-later');
  equal(deleted?.bytes, 50_000);
  deepEqual(
    deleted?.causes.map(each => each.layer),
    [1, 2],
  );
  equal(found.get('metadata-copy')?.fix, 'COPY --chown=www:www a /srv');
  equal(found.get('overwritten-later')?.bytes, 9000);
});

test('two RUN instructions become one', async t => {
  const found = await findings(t, {
    layers: [[], [file('x', 50_000)], [{ path: '.wh.x' }]],
    config: historyOf('ADD base', 'RUN make x', 'RUN rm x'),
  });
  equal(found.get('deleted-later')?.fix, 'RUN make x && rm x');
});

test('secrets are found by what they hold, and nothing of them is told', async t => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n';
  const image = {
    layers: [
      [
        { path: 'root/.ssh/id_ed25519', content: key },
        { path: 'app/.env', content: 'DB_PASSWORD=correct-horse\n' },
        { path: 'app/config.json', content: '{"auth": "aGVsbG86d29ybGQ="}' },
        { path: 'root/.docker/config.json', content: '{"auths":{"x":{"auth": "aGVsbG86d29ybGQ="}}}' },
        { path: 'app/node_modules/x/test.key', content: key },
        { path: 'app/public.pem', content: '-----BEGIN PUBLIC KEY-----' },
      ],
    ],
    config: { config: { Env: ['API_TOKEN=abcdef123456', 'PATH=/bin', 'KEY_FILE=/run/key'], Cmd: ['/x'] } },
  };
  const found = await findings(t, image);
  deepEqual(
    found
      .get('secrets')
      ?.examples.map(each => each.path)
      .toSorted(),
    ['/app/.env', '/root/.docker/config.json', '/root/.ssh/id_ed25519'],
  );
  equal(found.get('secrets')?.severity, 'high');
  deepEqual(found.get('secret-variables')?.examples, [{ path: 'API_TOKEN', bytes: 0 }]);
  const told = JSON.stringify([...found.values()]);
  for (const secret of ['correct-horse', 'aGVsbG86', 'abcdef123456', 'b3Blbn'])
    equal(told.includes(secret), false);
});

test('a secret that a later layer deletes is told with its layer, in compressed layers too', async t => {
  for (const compression of ['none', 'gzip'] as const) {
    const found = await findings(t, {
      layers: [
        [{ path: 'app/.netrc', content: 'machine example.org login me password correct-horse\n' }],
        [{ path: 'app/.wh..netrc' }],
      ],
      compression,
    });
    const secrets = found.get('secrets');
    equal(secrets?.title, 'Keys or passwords were deleted later, and are still in a layer');
    deepEqual(secrets?.examples, [{ path: '/app/.netrc', bytes: 0, note: 'a login, in layer 1' }]);
    equal(JSON.stringify(secrets).includes('correct-horse'), false);
  }
});

test('the same contents are found where sizes agree, and only there', async t => {
  const found = await findings(t, {
    layers: [
      [
        { path: 'opt/a', content: Buffer.alloc(100_000, 'same') },
        { path: 'opt/b', content: Buffer.alloc(100_000, 'same') },
        { path: 'opt/c', content: Buffer.alloc(100_000, 'other') },
        { path: 'opt/d', type: 'hardlink', linkPath: 'opt/a' },
        {
          path: 'opt/e',
          content: Buffer.concat([Buffer.alloc(50_000, 'same'), Buffer.of(1), Buffer.alloc(49_999, 'same')]),
        },
      ],
    ],
  });
  const same = found.get('duplicate-files');
  equal(same?.bytes, 100_000);
  deepEqual(
    same?.examples.map(({ path, note }) => [path, note]),
    [['/opt/b', 'the same as /opt/a']],
  );
  equal(same?.confidence, 'certain');
});

test('programs with other rights are listed, with their bits', async t => {
  const found = await findings(t, {
    layers: [
      [
        file('usr/bin/su', 100, { mode: 0o4755 }),
        file('usr/bin/wall', 100, { mode: 0o2755 }),
        file('usr/bin/ping', 100, {
          mode: 0o755,
          xattrs: new Map([['security.capability', Uint8Array.of(1)]]),
        }),
        file('etc/odd', 100, { mode: 0o4644 }),
      ],
    ],
  });
  deepEqual(
    found.get('setuid-files')?.examples.map(({ path, note }) => [path, note]),
    [
      ['/usr/bin/su', 'setuid'],
      ['/usr/bin/wall', 'setgid'],
    ],
  );
  deepEqual(
    found.get('file-capabilities')?.examples.map(each => each.path),
    ['/usr/bin/ping'],
  );
});

test('an app that is copied before its dependencies are installed costs each update', async t => {
  const layers = [[file('bin/sh', 10)], [file('app/main.js', 10)], [file('app/node_modules/a', 6_000_000)]];
  const late = await findings(t, { layers, config: historyOf('ADD base', 'COPY . /app', 'RUN npm ci') });
  equal(late.get('copied-too-early')?.updateBytes, 6_000_000);
  equal(late.get('copied-too-early')?.bytes, 0);
  const right = await findings(t, {
    layers,
    config: historyOf('ADD base', 'COPY package.json /app', 'RUN npm ci'),
  });
  equal(right.has('copied-too-early'), false);
});

test('every kind that a rule of waste gives is listed', () => {
  for (const rule of WASTE_RULES) {
    const kind = kindOfRule(rule);
    ok(kind === undefined || FINDING_IDS.includes(kind.id), rule.id);
  }
  deepEqual(FINDING_IDS, FINDING_IDS.toSorted());
});

test('leftovers of people and machines are found', async t => {
  const found = await findings(t, {
    layers: [
      [file('app/core.1234', 90_000), file('app/.github/workflows/ci.yml', 9000), file('app/core.js', 9000)],
    ],
  });
  equal(found.get('core-dumps')?.bytes, 90_000);
  equal(found.get('ci-files')?.bytes, 9000);
});
