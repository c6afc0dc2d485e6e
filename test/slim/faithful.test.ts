import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digestContent } from '../../src/core/bytes/index.ts';
import { openSource, openStore } from '../../src/core/store/index.ts';
import { noDocker } from '../../src/core/store/testing/index.ts';
import { type Node, stackLayers, type Tree } from '../../src/image/tree/index.ts';
import { appEntries, baseEntries, symlink, WEB_APP, writeImage } from './testing/images.ts';
import { type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** What a container of an image sees. */
async function treeAt(name: string, { at, env }: Machine): Promise<Tree> {
  const store = await openStore(join(env.XDG_DATA_HOME ?? '', 'sampan'));
  await using image = await openSource(name, { store, workDirectory: join(at, 'tmp'), docker: noDocker });
  return stackLayers(await image.localLayers());
}

/** All that can be told of a node, so that two can be compared. */
function tellOf(node: Node, tree: Tree): object {
  const { xattrs, ...meta } = node.meta;
  const kept = (paths: readonly string[]) => paths.filter(path => tree.get(path) !== undefined).sort();
  return {
    kind: node.kind,
    ...meta,
    xattrs: [...(xattrs ?? [])].map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
    ...('target' in node ? { target: node.target } : {}),
    ...('major' in node ? { device: [node.major, node.minor] } : {}),
    ...(node.kind === 'file'
      ? { digest: digestContent(node.content), links: kept(node.links?.paths ?? []) }
      : {}),
  };
}

/** What is different about the paths that a slim image has: nothing. */
function changed(original: Tree, slim: Tree): string[] {
  return [...slim.nodes()].flatMap(node => {
    const before = original.get(node.path);
    if (before === undefined) return [`${node.path} is new`];
    const [was, is] = [before, node].map(each => JSON.stringify(tellOf(each, slim)));
    return was === is ? [] : [`${node.path}: ${is}, was ${was}`];
  });
}

/** Everything that a node can be. */
function oddEntries() {
  const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
  return [
    {
      path: 'app/tool',
      mode: 0o4751,
      uid: 1,
      gid: 2,
      exactMtime: '1700000000.123456789',
      mtime: 1700000000.1234567,
      content: 'tool',
    },
    { path: 'app/tool2', type: 'hardlink', linkPath: 'app/tool' },
    { path: 'app/tool3', type: 'hardlink', linkPath: 'app/tool2' },
    { path: 'app/capable', xattrs: new Map([['security.capability', capability]]), content: 'x' },
    { path: 'app/n\u00e4me \u2603', content: 'unicode' },
    { path: `app/${'long/'.repeat(40)}name`, content: 'deep' },
    { path: 'app/pipe', type: 'fifo', mode: 0o622 },
    { path: 'app/null', type: 'character', major: 1, minor: 3, mode: 0o666 },
    { path: 'app/empty', content: '' },
    symlink('app/nowhere', '../../../gone'),
    symlink('app/circle', 'circle'),
  ] as const;
}

describe('a slim image', { skip }, () => {
  test('has every kept path exactly as the original, and nothing that the run wrote', async t => {
    const here = machine(t);
    const image = { ...WEB_APP(), layers: [baseEntries(), [...appEntries(), ...oddEntries()]] };
    const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
    const { code, stderr } = await here.sampan(['slim', source, '--no-strip']);
    equal(code, 0, stderr);
    const [original, slim] = await Promise.all([treeAt(source, here), treeAt('store:test/app:1-slim', here)]);
    deepEqual(changed(original, slim), []);
    for (const { path } of oddEntries()) ok(slim.get(`/${path}`), path);
    for (const path of ['/app/data/log', '/etc/written', '/usr/share/doc/README'])
      equal(slim.get(path), undefined, path);
    deepEqual(here.remains(), []);
  });

  test('has the same layers from each kind of archive, and the same digest twice', async t => {
    const here = machine(t);
    const digests = new Set<string>();
    for (const [i, compression] of (['none', 'gzip', 'zstd'] as const).entries()) {
      const kind = i === 0 ? 'docker-archive' : 'oci-archive';
      const source = await writeImage(
        t,
        { ...WEB_APP(), compression },
        `${kind}:${join(here.at, `${i}.tar`)}`,
      );
      const { code, stdout, stderr } = await here.sampan(['slim', source, '--json']);
      equal(code, 0, stderr);
      const { layers, proven, schema } = JSON.parse(stdout);
      equal(schema, 'sampan.slim/1');
      equal(proven, true);
      digests.add(JSON.stringify(layers));
    }
    equal(digests.size, 1);
    const twice = await here.sampan(['slim', join(here.at, '0.tar'), '--json']);
    const again = await here.sampan(['slim', join(here.at, '0.tar'), '--json']);
    equal(JSON.parse(twice.stdout).digest, JSON.parse(again.stdout).digest);
  });

  test('keeps its configuration, and tells why each path is there', async t => {
    const here = machine(t);
    const config = {
      ...WEB_APP().config,
      Env: ['A=b'],
      User: '0',
      Labels: { a: 'b' },
      Volumes: { '/app/data': {} },
      StopSignal: 'SIGKILL',
      WorkingDir: '/app',
    };
    const members = {
      created: '2024-01-02T03:04:05Z',
      history: [{ created_by: 'one' }, { created_by: 'two' }],
      variant: 'x',
      unknown: { kept: [1] },
    };
    const source = await writeImage(
      t,
      { ...WEB_APP(), config, members },
      `docker-archive:${join(here.at, 'app.tar')}`,
    );
    const output = join(here.at, 'slim.oci.tar');
    const { code, stderr } = await here.sampan(['slim', source, '--output', `oci-archive:${output}`]);
    equal(code, 0, stderr);
    const store = await openStore(join(here.at, 'other'));
    await using image = await openSource(output, { store, workDirectory: here.at, docker: noDocker });
    const written = JSON.parse((await image.image.rawConfig()).toString());
    deepEqual(written.config, config);
    for (const [name, value] of Object.entries({
      created: members.created,
      variant: 'x',
      unknown: members.unknown,
    }))
      deepEqual(written[name], value);
    equal(
      written.history.filter((step: { empty_layer?: boolean }) => step.empty_layer !== true).length,
      written.rootfs.diff_ids.length,
    );
    deepEqual(
      written.history.slice(0, 2).map((step: { created_by: string }) => step.created_by),
      ['one', 'two'],
    );
  });
});
