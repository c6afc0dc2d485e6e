import { equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { slimPage } from './slim.ts';
import { samplePageData } from './testing/index.ts';

const EMPTY = { sizeBytes: 0, files: 0, packages: 0, layers: 0 };

test('the page names no other file and no network', () => {
  const page = slimPage(samplePageData(100));
  equal(
    /(?:src|href)\s*=\s*"|url\(|@import|https?:/.test(
      page.replace(/<script type="application\/json"[\s\S]*?<\/script>/, ''),
    ),
    false,
  );
});

test('the policy allows this style and this script, and nothing else', () => {
  const page = slimPage(samplePageData(10));
  for (const [, tag, text] of page.matchAll(/<(style|script)>([\s\S]*?)<\/\1>/g)) {
    const hash = createHash('sha256').update(text!).digest('base64');
    ok(page.includes(`${tag}-src 'sha256-${hash}'`), tag);
  }
  ok(page.includes("default-src 'none'"));
});

test('no name of a file, package, layer or result becomes markup', () => {
  const page = slimPage(samplePageData(200));
  equal(page.match(/<script/g)?.length, 2);
  equal(page.match(/<\/script>/g)?.length, 2);
  ok(!page.includes('<img'));
  ok(!page.includes('<!--'));
});

test('the same data gives the same page', () => {
  equal(slimPage(samplePageData(50)), slimPage(samplePageData(50)));
});

test('the page without files is small', () => {
  ok(slimPage({ ...samplePageData(0), packages: [] }).length < 64_000);
});

test('an image with nothing in it, and one that was not proven, have pages too', () => {
  const { proof: _, ...data } = samplePageData(0);
  ok(slimPage({ ...data, before: EMPTY, after: EMPTY, packages: [] }).includes('Where the bytes are'));
  equal(
    /NaN|undefined|Infinity/.test(slimPage({ ...data, before: EMPTY, after: EMPTY }).split('<script')[0]!),
    false,
  );
});
