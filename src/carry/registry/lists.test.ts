import assert from 'node:assert/strict';
import test from 'node:test';
import { type Digest, digestOf } from '../../core/bytes/index.ts';
import { MEDIA, parseIndex } from '../../core/oci/index.ts';
import { fail } from '../../core/store/testing/index.ts';
import { startServer } from '../http/testing/index.ts';
import { fallbackTag, listReferrers, openRegistries, pushReferrer, type RemoteManifest } from './index.ts';
import { type FakeCall, fakeRegistry, putFakeImage, testTools } from './testing/index.ts';

test('all pages of tags are read', async t => {
  const registry = await fakeRegistry(t);
  for (const tag of ['a', 'b', 'c', 'd', 'e']) putFakeImage(registry, `team/app:${tag}`, 10);
  const registries = openRegistries(testTools());
  assert.deepEqual(await registries.tags(`${registry.host}/team/app`), ['a', 'b', 'c', 'd', 'e']);
  assert.equal(registry.seen.length, 3);
});

const json = (call: FakeCall, body: unknown, headers: Record<string, string> = {}): boolean => {
  call.response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return true;
};

test('a list of tags without end, on another host, or that is none, is an error', async t => {
  const elsewhere = await startServer(t, (_, response) => response.end('{"tags":["x"]}'));
  const cases: readonly [(call: FakeCall) => boolean, Parameters<typeof fail>][] = [
    [
      call => json(call, { tags: ['a'] }, { link: '</v2/app/tags/list?n=1&last=a>; rel="next"' }),
      ['invalid', 'nothing new'],
    ],
    [
      call =>
        json(
          call,
          { tags: [`t${call.number}`] },
          { link: `</v2/app/tags/list?last=${call.number}>; rel=next` },
        ),
      ['limit', 'pages'],
    ],
    [
      call => json(call, { tags: ['a'] }, { link: `<${elsewhere.origin}/more>; rel="next"` }),
      ['denied', elsewhere.host],
    ],
    [call => json(call, { tags: 'a' }), ['invalid', 'no list']],
    [call => json(call, []), ['invalid', 'no list']],
    [({ response }) => Boolean(response.end('<html>')), ['invalid', 'not JSON']],
    [({ response }) => Boolean(response.writeHead(404).end()), ['not-found']],
  ];
  for (const [answer, expected] of cases) {
    const registry = await fakeRegistry(t, answer);
    await assert.rejects(
      openRegistries(testTools()).tags(`${registry.host}/app`),
      fail(...expected),
      expected.join(),
    );
  }
  assert.equal(elsewhere.seen.length, 0);
});

test('a repository without tags has none, and what is no tag is left out', async t => {
  const answers: readonly unknown[] = [
    { name: 'app', tags: null },
    { tags: ['ok', '../x', 3, '', '\x1b[2J'] },
  ];
  const registry = await fakeRegistry(t, call => json(call, answers[call.number - 1]));
  const registries = openRegistries(testTools());
  assert.deepEqual(await registries.tags(`${registry.host}/app`), []);
  assert.deepEqual(await registries.tags(`${registry.host}/app`), ['ok']);
});

function signature(subject: Digest, note: string): RemoteManifest {
  const empty = { mediaType: MEDIA.empty, digest: digestOf('{}'), size: 2 };
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      artifactType: 'application/x-signature',
      config: empty,
      layers: [empty],
      subject: { mediaType: MEDIA.manifest, digest: subject, size: 1 },
      annotations: { note },
    }),
  );
  return { bytes, descriptor: { mediaType: MEDIA.manifest, digest: digestOf(bytes), size: bytes.length } };
}

test('referrers are listed under the fallback tag where the registry does not list them', async t => {
  const registry = await fakeRegistry(t);
  const { root } = putFakeImage(registry, 'app:1');
  const repository = await openRegistries(testTools()).repository(`${registry.host}/app`);
  assert.deepEqual(await listReferrers(repository, root.digest), []);
  const [one, two] = [signature(root.digest, 'one'), signature(root.digest, 'two')];
  for (const each of [one, two, one]) await pushReferrer(repository, each);
  const listed = registry.manifests.get(`app:${fallbackTag(root.digest)}`);
  assert.equal(listed?.type, MEDIA.index);
  const { manifests } = parseIndex(listed?.bytes ?? Buffer.alloc(0));
  assert.deepEqual(
    manifests.map(each => [each.digest, each.artifactType, each.annotations?.note]),
    [
      [one.descriptor.digest, 'application/x-signature', 'one'],
      [two.descriptor.digest, 'application/x-signature', 'two'],
    ],
  );
  assert.equal((await listReferrers(repository, root.digest)).length, 2);
  const others = { artifactType: 'application/x-sbom' };
  assert.deepEqual(await listReferrers(repository, root.digest, others), []);
});

test('a registry that lists referrers itself is asked page by page, and no tag is written', async t => {
  const subject = digestOf('x');
  const entry = (name: string, artifactType: string) => ({
    mediaType: MEDIA.manifest,
    digest: digestOf(name),
    size: 1,
    artifactType,
  });
  const registry = await fakeRegistry(t, call => {
    const { url, request, response } = call;
    if (request.method === 'PUT') return Boolean(response.writeHead(201, { 'oci-subject': subject }).end());
    if (!url.pathname.includes('/referrers/')) return false;
    const isFirst = url.searchParams.get('page') === null;
    const manifests = [entry(isFirst ? 'a' : 'b', 'sig'), entry('c', 'sbom')];
    const link = `<${url.pathname}?page=2>; rel="next"`;
    return json(call, { schemaVersion: 2, mediaType: MEDIA.index, manifests }, isFirst ? { link } : {});
  });
  const repository = await openRegistries(testTools()).repository(`${registry.host}/app`);
  const found = await listReferrers(repository, subject, { artifactType: 'sig' });
  assert.deepEqual(
    found.map(each => each.digest),
    [digestOf('a'), digestOf('b')],
  );
  await pushReferrer(repository, signature(subject, 'x'));
  assert.equal(registry.seen.filter(({ method }) => method === 'PUT').length, 1);
});
