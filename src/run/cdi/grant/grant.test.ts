import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { readProject, type Service } from '../../compose/index.ts';
import { NO_EDITS } from '../../supervise/index.ts';
import { documentJson, documentOf } from '../document/index.ts';
import { discoverNvidia } from '../nvidia/index.ts';
import { DESKTOP, library, type MadeMachine, makeMachine, ORIN, WSL } from '../nvidia/testing/index.ts';
import { readRegistry, staleIn } from '../registry/index.ts';
import { cdiGrant, mergeEdits } from './index.ts';

const LIB = '/usr/lib/x86_64-linux-gnu';

function serviceOf(more: string): Service {
  const text = `services:\n  web:\n    image: app\n${more.replace(/^/gm, '    ')}\n`;
  const project = readProject(['/p/compose.yaml'], {
    files: { read: path => (path === '/p/compose.yaml' ? text : ''), real: path => path },
    variables: () => undefined,
    home: '/root',
  });
  const service = project.services.get('web');
  ok(service);
  return service;
}

async function addDocument(machine: MadeMachine, path = '/etc/cdi/nvidia.yaml'): Promise<void> {
  const found = await discoverNvidia(machine.files);
  ok(found);
  const { kind, devices, containerEdits = {} } = found;
  machine.add({ [path]: documentJson(documentOf({ kind, devices, containerEdits })) });
}

const RESERVED = (fields: string): string =>
  `deploy:\n  resources:\n    reservations:\n      devices:\n        - {capabilities: [gpu], ${fields}}`;

test('an engine with CDI is asked by name: all, a number, by index, by UUID', async () => {
  using machine = makeMachine(DESKTOP);
  await addDocument(machine);
  const namesOf = async (text: string): Promise<readonly string[] | undefined> => {
    const { edits, notices } = await cdiGrant(serviceOf(text), { host: machine.files, hasCdi: true });
    deepEqual(notices, []);
    deepEqual(edits.devices, []);
    equal(edits.requests[0]?.driver, 'cdi');
    return edits.requests[0]?.deviceIds?.map(name => name.replace('nvidia.com/gpu=', ''));
  };
  deepEqual(await namesOf('gpus: all'), ['all']);
  deepEqual(await namesOf('gpus: [{count: 1}]'), ['0']);
  deepEqual(await namesOf(RESERVED('count: 2')), ['0', '1']);
  deepEqual(await namesOf(RESERVED('driver: nvidia, device_ids: ["1"]')), ['1']);
  const uuid = 'GPU-5c7f0000-0000-0000-0000-0000000000aa';
  deepEqual(await namesOf(RESERVED(`device_ids: [${uuid}]`)), [uuid]);
  deepEqual(await namesOf('devices: ["nvidia.com/gpu=1"]'), ['1']);
  deepEqual(await namesOf('x-sampan: {devices: [{cdi: nvidia.com/gpu=0}]}'), ['0']);
  deepEqual(await namesOf(RESERVED('driver: cdi, device_ids: ["nvidia.com/gpu=all"]')), ['all']);
});

test('an engine without CDI is given nodes, mounts and names of libraries; what is lost is said', async () => {
  using machine = makeMachine(DESKTOP);
  const { edits, notices } = await cdiGrant(serviceOf('gpus: [{count: 1}]'), {
    host: machine.files,
    hasCdi: false,
  });
  deepEqual(
    edits.devices.map(({ hostPath }) => hostPath),
    [
      '/dev/nvidia-modeset',
      '/dev/nvidia-uvm',
      '/dev/nvidia-uvm-tools',
      '/dev/nvidiactl',
      '/dev/nvidia1',
      '/dev/dri/card1',
      '/dev/dri/renderD129',
    ],
  );
  ok(edits.devices.every(({ permissions }) => permissions === 'rw'));
  equal(edits.dropsMknod, true);
  const sources = new Map(edits.mounts.map(({ target, source }) => [target, source]));
  equal(sources.size, edits.mounts.length);
  for (const name of ['libcuda.so', 'libcuda.so.1', 'libcuda.so.550.54.14'])
    equal(sources.get(`${LIB}/${name}`), `${LIB}/libcuda.so.550.54.14`);
  equal(sources.get(`${LIB}/gbm/nvidia-drm_gbm.so`), `${LIB}/libnvidia-allocator.so.550.54.14`);
  equal(sources.get(`${LIB}/libGLX_indirect.so.0`), `${LIB}/libGLX_nvidia.so.550.54.14`);
  const smi = edits.mounts.find(({ target }) => target === '/usr/bin/nvidia-smi');
  deepEqual([smi?.isReadOnly, smi?.propagation], [true, 'rprivate']);
  equal(edits.environment.NVIDIA_VISIBLE_DEVICES, 'void');
  match(
    edits.environment.LD_LIBRARY_PATH ?? '',
    /^\/usr\/lib\/x86_64-linux-gnu:.*\/usr\/local\/cuda\/lib64$/,
  );
  deepEqual(edits.requests, []);
  match(notices.join('\n'), /^web: hooks do not run without CDI; lost: newer CUDA libraries/);
  equal(notices.length, 1);
});

test('a search path of the service stays before that of the driver', async () => {
  using machine = makeMachine(DESKTOP);
  const service = serviceOf('gpus: all\nenvironment: {LD_LIBRARY_PATH: /opt/app/lib}');
  const { edits } = await cdiGrant(service, { host: machine.files, hasCdi: false });
  equal(edits.environment.LD_LIBRARY_PATH, `/opt/app/lib:${LIB}:${LIB}/vdpau`);
});

test('a Jetson and Linux in Windows give their one GPU', async () => {
  using orin = makeMachine(ORIN);
  const given = await cdiGrant(serviceOf('gpus: [{count: 1}]'), { host: orin.files, hasCdi: false });
  deepEqual(
    given.edits.devices.map(({ path }) => path),
    ['/dev/nvhost-ctrl', '/dev/nvmap', '/dev/dri/card0'],
  );
  ok(given.edits.mounts.some(({ target }) => target === '/usr/lib/aarch64-linux-gnu/libcuda.so'));
  using wsl = makeMachine(WSL);
  const { edits } = await cdiGrant(serviceOf('gpus: [{count: 1}]'), { host: wsl.files, hasCdi: false });
  deepEqual(
    edits.devices.map(({ path }) => path),
    ['/dev/dxg'],
  );
  ok(edits.mounts.some(({ target }) => target === '/usr/bin/nvidia-smi'));
});

test('fewer GPUs than asked for, and names that no document has, are refused with what there is', async () => {
  using machine = makeMachine(DESKTOP);
  const grant = async (text: string): Promise<unknown> =>
    await cdiGrant(serviceOf(text), { host: machine.files, hasCdi: false });
  await rejects(grant('gpus: [{count: 3}]'), {
    code: 'unavailable',
    message: /^web asks for 3 GPUs; there are 0, 1, GPU-/,
  });
  await rejects(grant(RESERVED('device_ids: ["7"]')), { message: /asks for GPU 7/ });
  await rejects(grant('devices: ["nvidia.com/gpu=9"]'), {
    message: /no CDI document has nvidia\.com\/gpu=9; there are nvidia\.com\/gpu=0/,
  });
  const optional = await cdiGrant(serviceOf('x-sampan: {devices: [{cdi: a.b/c=d, required: false}]}'), {
    host: machine.files,
    hasCdi: false,
  });
  match(optional.notices.join(), /a\.b\/c=d.*; it is left out/);
});

test('other requests, and GPUs that are not seen here, go to the engine as they are', async () => {
  using machine = makeMachine({ '/etc/hostname': 'x' });
  const amd = await cdiGrant(serviceOf(RESERVED('driver: amd, count: 1')), {
    host: machine.files,
    hasCdi: true,
  });
  deepEqual(amd.edits.requests, [{ driver: 'amd', count: 1, capabilities: ['gpu'] }]);
  const { edits, notices } = await cdiGrant(serviceOf('gpus: all'), { host: machine.files, hasCdi: false });
  deepEqual(edits.requests, [{ count: -1, capabilities: ['gpu'] }]);
  match(notices.join(), /no NVIDIA GPU is seen here/);
  deepEqual(await cdiGrant(serviceOf('init: true'), { host: machine.files, hasCdi: true }), {
    edits: NO_EDITS,
    notices: [],
  });
});

test('a document of another vendor is applied: its own edits once, and those of its devices', async () => {
  const document = documentOf({
    kind: 'vendor.com/net',
    containerEdits: { env: ['A=1=2'], mounts: [{ hostPath: 'tmpfs', containerPath: '/t', type: 'tmpfs' }] },
    devices: [
      {
        name: 'a',
        containerEdits: { deviceNodes: [{ path: '/dev/a', hostPath: '/dev/b', permissions: 'r', gid: 5 }] },
      },
      {
        name: 'b',
        containerEdits: {
          additionalGids: [0, 44],
          hooks: [{ hookName: 'prestart', path: '/bin/own' }],
          netDevices: [{ hostInterfaceName: 'eth1', name: 'x' }],
        },
      },
    ],
  });
  using machine = makeMachine({ '/var/run/cdi/x.json': documentJson(document), '/etc/cdi/bad.yaml': '{}' });
  const { edits, notices } = await cdiGrant(serviceOf('devices: ["vendor.com/net=a", "vendor.com/net=b"]'), {
    host: machine.files,
    hasCdi: false,
  });
  deepEqual(edits.devices, [{ hostPath: '/dev/b', path: '/dev/a', permissions: 'r' }]);
  deepEqual(edits.groups, ['44']);
  deepEqual(edits.environment, { A: '1=2' });
  deepEqual(edits.mounts, [{ type: 'tmpfs', target: '/t', isReadOnly: false }]);
  deepEqual(notices, [
    'web: hooks do not run without CDI; lost: the hook own',
    'web: /dev/a: owner and mode are those of the host',
    'web: eth1: network interfaces are not given without CDI',
  ]);
});

test("of two directories the second wins; what two files of one directory claim is nobody's", () => {
  const text = (path: string): string =>
    documentJson(
      documentOf({ kind: 'a.b/c', devices: [{ name: 'd', containerEdits: { deviceNodes: [{ path }] } }] }),
    );
  using machine = makeMachine({ '/etc/cdi/1.json': text('/dev/1'), '/var/run/cdi/2.yaml': text('/dev/2') });
  equal(readRegistry(machine.files).find('a.b/c=d')?.path, '/var/run/cdi/2.yaml');
  machine.add({ '/var/run/cdi/3.json': text('/dev/3') });
  equal(readRegistry(machine.files).find('a.b/c=d'), undefined);
});

test('a document is stale after the driver was replaced; its edits are not used then', async () => {
  using machine = makeMachine(DESKTOP);
  await addDocument(machine);
  const [file] = readRegistry(machine.files).files;
  ok(file?.document);
  equal(staleIn(machine.files, file.document, await discoverNvidia(machine.files)), undefined);
  machine.remove('/dev/dri/card0');
  machine.remove(`${LIB}/libnvidia-ml.so.550.54.14`);
  machine.add({
    '/proc/driver/nvidia/version':
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build\n',
    [`${LIB}/libcuda.so.560.35.03`]: library(),
  });
  const stale = staleIn(machine.files, file.document, await discoverNvidia(machine.files));
  const text = stale?.reasons.join('\n') ?? '';
  match(text, /it is for driver 550\.54\.14, and 560\.35\.03 runs/);
  match(text, /card0.*are not there/);
  match(text, /libcuda\.so\.560\.35\.03 is not in it/);
  const { edits, notices } = await cdiGrant(serviceOf('gpus: all'), { host: machine.files, hasCdi: false });
  ok(edits.mounts.some(({ target }) => target.endsWith('libcuda.so.560.35.03')));
  match(notices.join('\n'), /stale: sampan devices cdi --nvidia/);
  const asked = await cdiGrant(serviceOf('gpus: all'), { host: machine.files, hasCdi: true });
  deepEqual(asked.edits.mounts, edits.mounts);
});

test('edits of two sources are one; the second wins in a place', () => {
  const node = { hostPath: '/dev/a', path: '/dev/x', permissions: 'rw' };
  const merged = mergeEdits(
    { ...NO_EDITS, devices: [node], groups: ['1'], dropsMknod: true },
    { ...NO_EDITS, devices: [{ ...node, hostPath: '/dev/b' }], groups: ['1', '2'] },
  );
  deepEqual(merged.devices, [{ ...node, hostPath: '/dev/b' }]);
  deepEqual(merged.groups, ['1', '2']);
  equal(merged.dropsMknod, true);
});
