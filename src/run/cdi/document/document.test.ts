import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type CdiDocument,
  type CdiEdits,
  documentJson,
  documentOf,
  fileName,
  parseQualified,
  problemText,
  readDocument,
  smallestVersion,
} from './index.ts';

const NODE: CdiEdits = { deviceNodes: [{ path: '/dev/card1' }] };

function withEdits(
  containerEdits: CdiEdits,
  more: Partial<CdiDocument> = {},
): Omit<CdiDocument, 'cdiVersion'> {
  return { kind: 'vendor.com/device', devices: [{ name: 'one', containerEdits }], ...more };
}

function problemsOf(value: object | string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return readDocument(text).problems.map(problemText).join('\n');
}

function whole(containerEdits: CdiEdits, cdiVersion = '1.1.0'): object {
  return { cdiVersion, ...withEdits(containerEdits) };
}

describe('the smallest version', () => {
  test('is what the fields of a document need', () => {
    const version = (edits: CdiEdits, more: Partial<CdiDocument> = {}): string =>
      smallestVersion(withEdits(edits, more));
    equal(version(NODE), '0.3.0');
    const mount = { hostPath: '/a', containerPath: '/b' };
    equal(version({ mounts: [mount] }), '0.3.0');
    equal(version({ mounts: [{ ...mount, type: 'bind' }] }), '0.4.0');
    equal(version({ deviceNodes: [{ path: '/dev/a', hostPath: '/dev/b' }] }), '0.5.0');
    equal(version({}, { devices: [{ name: '0', containerEdits: NODE }] }), '0.5.0');
    equal(version(NODE, { annotations: { a: 'b' } }), '0.6.0');
    equal(version(NODE, { annotations: {} }), '0.3.0');
    equal(version({}, { devices: [{ name: 'a', annotations: { a: 'b' }, containerEdits: NODE }] }), '0.6.0');
    equal(version(NODE, { kind: 'vendor.com/a.b' }), '0.6.0');
    equal(version({ additionalGids: [44] }), '0.7.0');
    equal(version({ intelRdt: { closID: 'a' } }), '0.7.0');
    equal(version(NODE, { containerEdits: { intelRdt: { enableMonitoring: true } } }), '1.1.0');
    equal(version({ intelRdt: { schemata: [] } }), '1.1.0');
    equal(version({ netDevices: [{ hostInterfaceName: 'eth1', name: 'eth0' }] }), '1.1.0');
  });

  test('is what a document is written with, and a document of it is read again as it was', () => {
    const document = documentOf(
      withEdits({ ...NODE, env: ['A=b=c'], additionalGids: [44] }, { annotations: { 'a.b/c': 'd' } }),
    );
    equal(document.cdiVersion, '0.7.0');
    deepEqual(readDocument(documentJson(document)), { document, problems: [] });
    equal(fileName(document.kind), 'vendor.com-device');
  });

  test('is demanded of a document that is read', () => {
    match(problemsOf(whole({ additionalGids: [1] }, '0.6.0')), /cdiVersion: must be 0\.7\.0 at least/);
    equal(problemsOf(whole(NODE, 'v0.3.0')), '');
    match(problemsOf(whole(NODE, '0.9.0')), /"0\.9\.0" is no version/);
    match(problemsOf(whole({ intelRdt: { enableCMT: false } })), /enableCMT and enableMBM are gone/);
    equal(problemsOf(whole({ intelRdt: { enableCMT: true } }, '0.7.0')), '');
  });
});

describe('a document that is read', () => {
  test('may be YAML or JSON, with a tab before a key too', () => {
    const yaml = `---
cdiVersion: 0.5.0
kind: nvidia.com/gpu
containerEdits:
  hooks:
    - hookName: createContainer
      path: /usr/bin/nvidia-cdi-hook
      args: [nvidia-cdi-hook, update-ldcache]
      timeout: 5
devices:
  - name: 0
    containerEdits:
      deviceNodes:
        - path: /dev/nvidia0
          major: 195
          fileMode: 0o660
          uid: null
`;
    const { document, problems } = readDocument(yaml);
    deepEqual(problems, []);
    // A number is taken as the text that it is written as, as the reference loader does.
    equal(document?.devices[0]?.name, '0');
    deepEqual(document?.devices[0]?.containerEdits.deviceNodes, [
      { path: '/dev/nvidia0', major: 195, fileMode: 0o660 },
    ]);
    const json = JSON.stringify(document, null, '\t');
    deepEqual(readDocument(json).document, document);
  });

  test('has no unknown field, at any depth, and none written twice', () => {
    const node = { path: '/dev/a', mode: 1 };
    const known = whole(NODE);
    match(problemsOf({ ...known, version: '1' }), /^version: is not known$/);
    match(
      problemsOf(whole({ deviceNodes: [node] } satisfies CdiEdits)),
      /^devices\[0\]\.containerEdits\.deviceNodes\[0\]\.mode: is not known$/,
    );
    match(problemsOf({ ...known, Kind: 'a/b' }), /Kind: is not known; kind is/);
    match(problemsOf('kind: a/b\ncdiVersion: 0.3.0\nkind: a/c'), /^3:1: kind stands here twice/);
  });

  test('has values of the right type and size', () => {
    const node = (fields: object): string =>
      problemsOf(whole({ deviceNodes: [{ path: '/dev/a', ...fields }] }));
    match(node({ major: '195' }), /major: must be a whole number/);
    match(node({ uid: -1 }), /uid: must be a whole number from 0/);
    match(node({ gid: 2 ** 32 }), /gid: must be a whole number/);
    match(node({ fileMode: 1.5 }), /fileMode: must be a whole number/);
    match(problemsOf('cdiVersion: 0.3.0\nkind: a/b\ndevices: {}'), /devices: must be a list/);
    match(problemsOf('cdiVersion: 0.3.0\nkind: a/b\ndevices: [null]'), /devices\[0\]: must not be null/);
    match(problemsOf('[]'), /must be a map/);
    match(problemsOf(''), /is empty/);
    match(problemsOf('"'), /^1:\d+: /);
  });

  test('has names, kinds and devices as the specification says', () => {
    const kind = (text: string): string => problemsOf({ ...whole(NODE), kind: text });
    for (const good of ['vendor.com/device', 'v/c', 'foo.bar.baz/foo-bar123.B_az']) equal(kind(good), '');
    for (const bad of [
      'foo',
      'vendor.com/foo/',
      'a/b/c',
      '1a/b',
      'a./b',
      'a/-b',
      'a/b c',
      '/b',
      `a/${'b'.repeat(64)}`,
    ])
      match(kind(bad), /^kind: /, bad);
    const name = (text: string): string =>
      problemsOf({ ...whole(NODE), devices: [{ name: text, containerEdits: NODE }] });
    for (const good of ['0', '0:1', 'GPU-1.2_3', 'all']) equal(name(good), '');
    for (const bad of ['', '-a', 'a:', 'a b', 'ä']) match(name(bad), /name: .* is no name/, bad);
    const device = { name: 'a', containerEdits: NODE };
    match(problemsOf({ ...whole(NODE), devices: [device, device] }), /a is there twice/);
    match(problemsOf({ ...whole(NODE), devices: [] }), /there must be one at least/);
    match(problemsOf(whole({})), /must change something/);
    match(problemsOf({ ...whole(NODE), annotations: { 'a b': '' } }), /"a b" is no key/);
    match(problemsOf({ ...whole(NODE), annotations: { a: 'b'.repeat(2 ** 18) } }), /longer than 262144/);
  });

  test('has absolute paths, known hooks and types, and permissions that there are', () => {
    const edits = (value: CdiEdits): string => problemsOf(whole(value));
    match(edits({ deviceNodes: [{ path: 'dev/a' }] }), /not an absolute path/);
    match(edits({ deviceNodes: [{ path: '' }] }), /path: must not be empty/);
    match(edits({ deviceNodes: [{ path: '/dev/a', type: 'x' }] }), /none of b, c, u, p/);
    match(edits({ deviceNodes: [{ path: '/dev/a', permissions: 'rx' }] }), /"rx" is not some of/);
    equal(edits({ deviceNodes: [{ path: '/dev/a', permissions: 'none' }] }), '');
    match(edits({ deviceNodes: [{ path: '/dev/a', major: -1 }] }), /-1:0 are no numbers/);
    match(edits({ env: ['=a'] }), /is not NAME=value/);
    match(edits({ mounts: [{ hostPath: '', containerPath: '/a' }] }), /hostPath: must not be empty/);
    equal(edits({ mounts: [{ hostPath: 'tmpfs', containerPath: '/a', type: 'tmpfs' }] }), '');
    match(edits({ hooks: [{ hookName: 'precreate', path: '/a' }] }), /"precreate" is no hook/);
    match(
      edits({ hooks: [{ hookName: 'prestart', path: 'a', timeout: 0 }] }),
      /timeout: must be more than 0/,
    );
    match(edits({ intelRdt: { closID: 'a/b' } }), /closID/);
    equal(edits({ intelRdt: { closID: '/' } }), '');
    const net = { hostInterfaceName: 'eth1', name: 'a' };
    match(edits({ netDevices: [net, { ...net, name: 'b' }] }), /eth1 is given twice/);
  });

  test('is bounded in size, in depth and in what its aliases expand to', () => {
    match(problemsOf(`#${'a'.repeat(4 * 1024 * 1024)}`), /is too long/);
    match(problemsOf(`${'['.repeat(5000)}${']'.repeat(5000)}`), /nested/);
    const bomb = ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let i = 1; i < 9; i++) {
      const [own, last] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      bomb.push(`${own}: &${own} [${Array.from({ length: 10 }, () => `*${last}`).join(', ')}]`);
    }
    match(problemsOf(bomb.join('\n')), /expand/);
    const many = { ...whole(NODE), devices: Array.from({ length: 500 }, () => ({ name: '' })) };
    equal(readDocument(JSON.stringify(many)).problems.length, 20);
  });
});

test('a document that the reference loader would refuse is not written', () => {
  throws(
    () => documentOf(withEdits({ env: ['nothing'] })),
    /vendor\.com\/device is not a CDI document: .*NAME=value/,
  );
});

test('a qualified name has a kind and a name', () => {
  deepEqual(parseQualified('nvidia.com/gpu=0:1'), { kind: 'nvidia.com/gpu', name: '0:1' });
  deepEqual(parseQualified('vendor.com/a.b=c'), { kind: 'vendor.com/a.b', name: 'c' });
  for (const bad of ['a', 'a=b', 'a/b', 'a/b=', 'a/b=c=d', '/dev/ttyS0'])
    equal(parseQualified(bad), undefined);
});

test('an empty map is refused, and a minimal document is read, as the reference implementation does', () => {
  match(problemsOf('{}'), /cdiVersion.*\nkind.*\ndevices/);
  const minimal = {
    cdiVersion: '0.3.0',
    kind: 'vendor.com/device',
    devices: [{ name: 'a', containerEdits: NODE }],
  };
  deepEqual(readDocument(JSON.stringify(minimal)).document, minimal);
});
