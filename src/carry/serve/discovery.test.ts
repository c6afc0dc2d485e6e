import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { MEDIA } from '../../core/oci/index.ts';
import {
  type Ask,
  indexOf,
  manifestOf,
  pushManifest,
  serveForTest,
  sha256,
  type TestManifest,
} from './testing/index.ts';

/** Distribution spec 1.1, the category "content discovery", item by item. */
const TYPES = ['application/vnd.example.a', 'application/vnd.example.b'] as const;

test('tags are listed in order, in pages as large as asked for', async t => {
  const { ask } = await serveForTest(t);
  const tags = ['b', 'B', 'a', '1.0', '_x', 'latest'];
  for (const tag of tags) await pushManifest(ask, 'team/app', manifestOf(), tag);
  const sorted = tags.toSorted();
  const list = async (query: string) => await ask('GET', `/v2/team/app/tags/list${query}`);
  deepEqual((await list('')).json(), { name: 'team/app', tags: sorted });
  equal((await list('')).headers.link, undefined);
  const first = await list('?n=2');
  deepEqual(first.json(), { name: 'team/app', tags: sorted.slice(0, 2) });
  const next = /^<([^>]+)>; rel="next"$/.exec(String(first.headers.link))?.[1] ?? '';
  deepEqual((await ask('GET', next)).json(), { name: 'team/app', tags: sorted.slice(2, 4) });
  deepEqual((await list(`?last=${sorted[3]}`)).json(), { name: 'team/app', tags: sorted.slice(4) });
  deepEqual((await list('?last=C&n=9')).json(), { name: 'team/app', tags: sorted.filter(tag => tag > 'C') });
  equal((await list('?n=6')).headers.link, undefined);
  const none = await list('?n=0');
  deepEqual([none.json(), none.headers.link], [{ name: 'team/app', tags: [] }, undefined]);
  for (const bad of ['?n=-1', '?n=x', '?n=1.5']) equal((await list(bad)).status, 400);
});

test('a repository that is not there has no list of tags', async t => {
  const { ask } = await serveForTest(t);
  const list = await ask('GET', '/v2/team/app/tags/list');
  deepEqual([list.status, ...list.codes()], [404, 'NAME_UNKNOWN']);
});

test('the catalog lists repositories, also within others, in pages', async t => {
  const { ask } = await serveForTest(t);
  for (const name of ['b', 'a/c', 'a', 'a/b/d']) await pushManifest(ask, name, manifestOf(), 'v1');
  deepEqual((await ask('GET', '/v2/_catalog')).json(), { repositories: ['a', 'a/b/d', 'a/c', 'b'] });
  const page = await ask('GET', '/v2/_catalog?n=2&last=a');
  deepEqual(page.json(), { repositories: ['a/b/d', 'a/c'] });
  equal(page.headers.link, '</v2/_catalog?n=2&last=a%2Fc>; rel="next"');
});

async function referrers(ask: Ask, subject: string, query = ''): Promise<readonly { digest: string }[]> {
  const answer = await ask('GET', `/v2/team/app/referrers/${subject}${query}`);
  deepEqual([answer.status, answer.headers['content-type']], [200, MEDIA.index]);
  const index = JSON.parse(answer.body.toString());
  deepEqual([index.schemaVersion, index.mediaType], [2, MEDIA.index]);
  return index.manifests;
}

test('nothing refers to what nobody knows', async t => {
  const { ask } = await serveForTest(t);
  deepEqual(await referrers(ask, sha256('nobody')), []);
  equal((await ask('GET', '/v2/team/app/referrers/latest')).status, 400);
});

async function pushReferrers(ask: Ask, subject: TestManifest): Promise<readonly TestManifest[]> {
  const extra = { subject: subject.descriptor, annotations: { 'org.example': 'hello' } };
  const made = [
    manifestOf({ configType: TYPES[0], extra }),
    manifestOf({ configType: MEDIA.empty, config: '{}', extra: { ...extra, artifactType: TYPES[0] } }),
    manifestOf({ configType: MEDIA.empty, config: '{}', extra: { ...extra, artifactType: TYPES[1] } }),
    indexOf([], { ...extra, artifactType: TYPES[1] }),
    indexOf([], extra),
  ];
  for (const each of made) {
    const put = await pushManifest(ask, 'team/app', each);
    deepEqual([put.status, put.headers['oci-subject']], [201, subject.digest]);
  }
  return made;
}

test('what has a subject is listed with it, before and after the subject itself comes', async t => {
  const { ask } = await serveForTest(t);
  const subject = manifestOf();
  const made = await pushReferrers(ask, subject);
  await pushManifest(ask, 'team/app', subject, 'v1');
  const wanted = made.map(({ descriptor }, i) => {
    const artifactType = [TYPES[0], TYPES[0], TYPES[1], TYPES[1], undefined][i];
    return {
      ...descriptor,
      ...(artifactType === undefined ? {} : { artifactType }),
      annotations: { 'org.example': 'hello' },
    };
  });
  deepEqual(
    await referrers(ask, subject.digest),
    wanted.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
  );
});

test('referrers are filtered by their type, and the answer says so', async t => {
  const { ask } = await serveForTest(t);
  const subject = manifestOf();
  const made = await pushReferrers(ask, subject);
  const query = `?artifactType=${encodeURIComponent(TYPES[1])}`;
  const answer = await ask('GET', `/v2/team/app/referrers/${subject.digest}${query}`);
  equal(answer.headers['oci-filters-applied'], 'artifactType');
  const found = await referrers(ask, subject.digest, query);
  deepEqual(found.map(each => each.digest).toSorted(), [made[2]?.digest, made[3]?.digest].toSorted());
});

test('a referrer that is deleted is listed no more, nor is one of another repository', async t => {
  const { ask } = await serveForTest(t);
  const subject = manifestOf();
  const made = await pushReferrers(ask, subject);
  await pushManifest(ask, 'other', manifestOf({ layers: ['x'], extra: { subject: subject.descriptor } }));
  equal((await ask('DELETE', `/v2/team/app/manifests/${made[0]?.digest}`)).status, 202);
  const left = await referrers(ask, subject.digest);
  deepEqual(
    left.map(each => each.digest).toSorted(),
    made
      .slice(1)
      .map(each => each.digest)
      .toSorted(),
  );
});

test('referrers that a client wrote down under the fallback tag are listed too, each once', async t => {
  const { ask } = await serveForTest(t);
  const subject = manifestOf();
  const signature = manifestOf({ layers: ['signature'], configType: TYPES[0] });
  const both = manifestOf({ layers: ['both'], extra: { subject: subject.descriptor } });
  for (const each of [signature, both]) await pushManifest(ask, 'team/app', each);
  const entries = [signature, both].map(each => ({ ...each.descriptor, artifactType: TYPES[0] }));
  const gone = { ...manifestOf({ layers: ['gone'] }).descriptor, artifactType: TYPES[0] };
  const fallback = indexOf([...entries, gone]);
  await pushManifest(ask, 'team/app', fallback, subject.digest.replace(':', '-'));
  const found = await referrers(ask, subject.digest);
  deepEqual(
    found.map(each => each.digest),
    [signature.digest, both.digest].toSorted(),
  );
});

test('more referrers than fit into one answer come in pages', async t => {
  const { ask } = await serveForTest(t);
  const subject = manifestOf();
  const made: string[] = [];
  for (let i = 0; i < 3; i++) {
    const annotations = { i: `${i}`, large: 'A'.repeat(1_500_000) };
    const each = indexOf([], { subject: subject.descriptor, annotations });
    await pushManifest(ask, 'team/app', each);
    made.push(each.digest);
  }
  const seen: string[] = [];
  let pages = 0;
  for (let path = `/v2/team/app/referrers/${subject.digest}`; path !== ''; pages++) {
    const answer = await ask('GET', path);
    ok(answer.body.length < 4 << 20);
    seen.push(...JSON.parse(answer.body.toString()).manifests.map((each: { digest: string }) => each.digest));
    path = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1] ?? '';
  }
  deepEqual([seen, pages], [made.toSorted(), 2]);
});
