import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Finding, Inspection } from '../inspect/index.ts';
import { diffPage } from './diff.ts';
import { inspectPage } from './inspect.ts';
import { HOSTILE_NAMES } from './testing/index.ts';

const CHROMIUM = '/usr/bin/chromium';
const isThere = existsSync(CHROMIUM);
const options = isThere ? {} : { skip: `${CHROMIUM} is not installed` };
const ID = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';

const hostile = (i: number): string => HOSTILE_NAMES[i % HOSTILE_NAMES.length]!;

const FINDINGS = HOSTILE_NAMES.map(
  (name, i): Finding => ({
    id: 'apt-cache',
    title: `Lists ${name}`,
    severity: 'high',
    confidence: 'certain',
    bytes: 1e7 - i,
    files: 3,
    causes: [{ layer: 0, instruction: `RUN ${name}`, bytes: 1e7, files: 3 }],
    fix: `RUN rm ${name}\nRUN again`,
    examples: [{ path: `/var/${name}`, bytes: 5, note: name }],
  }),
);

function inspectionOf(findings: readonly Finding[]): Inspection {
  return {
    image: `app ${hostile(0)}`,
    platform: 'linux/amd64',
    id: ID,
    totals: {
      sizeBytes: 1e8,
      storedBytes: 4e7,
      plainBytes: 1e8,
      compressionRatio: 0.4,
      visibleBytes: 9e7,
      files: 1000,
      efficiency: 0.9,
      wastedBytes: 1e7,
      hiddenBytes: 1e7,
      reclaimableBytes: 7e7,
      userBytes: 8e7,
    },
    base: { name: hostile(1), layers: 1, bytes: 2e7 },
    layers: HOSTILE_NAMES.map((name, index) => ({
      index,
      digest: ID,
      diffId: ID,
      mediaType: name,
      instruction: `RUN ${name}`,
      compressedBytes: 100,
      plainBytes: 200,
      fileBytes: 150,
      added: 1,
      changed: 0,
      removed: 0,
      hiddenBytes: 0,
      isBase: index === 0,
    })),
    findings,
    packages: HOSTILE_NAMES.map((name, i) => ({ type: 'deb', name, version: name, bytes: i })),
    wastedPaths: [],
    notes: [hostile(3)],
  };
}

const PAGE = inspectPage({
  inspection: inspectionOf(FINDINGS),
  files: Array.from({ length: 2000 }, (_, i) => ({
    path: `/usr/part${i % 7}/${hostile(i)}${i}`,
    size: 100 + i,
    waste: i % 3 === 0 ? `Lists ${hostile(0)}` : '',
    package: hostile(i + 1),
    layer: i % HOSTILE_NAMES.length,
  })),
  version: '0.1.0',
});

const DIFF = diffPage({
  diff: {
    before: { image: hostile(0), id: ID, sizeBytes: 100 },
    after: { image: hostile(1), id: ID, sizeBytes: 200 },
    growthBytes: 100,
    files: [{ path: `/${hostile(0)}`, kind: 'added', before: 0, after: 100 }],
    onlyTimes: 0,
    packages: [
      { type: 'deb', name: hostile(0), before: '', after: hostile(1), bytesBefore: 0, bytesAfter: 5 },
    ],
    layers: [{ diffId: ID, instruction: hostile(1), compressedBytes: 5, status: 'added' }],
    config: [{ name: hostile(0), before: hostile(1), after: hostile(2) }],
    updateBytes: 5,
  },
  files: [
    { path: `/a/${hostile(0)}`, before: 0, after: 100, change: 'added', package: '' },
    { path: '/a/same', before: 50, after: 50, change: 'same', package: 'x' },
  ],
  version: '0.1.0',
});

const EMPTY = inspectPage({
  inspection: { ...inspectionOf([]), layers: [], packages: [] },
  files: [],
  version: '0',
});

test('a layer that no instruction is known of is named alone', () => {
  const causes = [{ layer: 0, instruction: '', bytes: 5, files: 1 }];
  const inspection = inspectionOf([{ ...FINDINGS[0]!, causes }]);
  match(inspectPage({ inspection, files: [], version: '0' }), /<li>layer 1, 5 B<\/li>/);
});

test('no name becomes markup, and the same data gives the same page', () => {
  for (const page of [PAGE, DIFF, EMPTY]) {
    equal(page.match(/<script/g)?.length, 2);
    ok(!page.includes('<img') && !page.includes('<!--'));
    equal(
      /(?:src|href)\s*=\s*"|@import|https?:/.test(page.replace(/<script type[\s\S]*?<\/script>/, '')),
      false,
    );
  }
  equal(/NaN|undefined|Infinity/.test(EMPTY.split('<script')[0]!), false);
});

let browser: Browser | undefined;
const directory = mkdtempSync(join(tmpdir(), 'sampan-page-'));

before(async () => {
  if (!isThere) return;
  const args = '--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking'.split(
    ' ',
  );
  browser = await chromium.launch({ executablePath: CHROMIUM, args });
});

after(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

async function open(name: string, html: string, width = 1280): Promise<{ page: Page; complaints: string[] }> {
  const path = join(directory, name);
  writeFileSync(path, html);
  const page = await (await browser!.newContext({ viewport: { width, height: 800 } })).newPage();
  const complaints: string[] = [];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('html[data-ready]');
  return { page, complaints };
}

test(
  'a page of an inspection shows its findings, filters by them, and does what no name says',
  options,
  async () => {
    const { page, complaints } = await open('inspect.html', PAGE);
    await page.locator('details.finding summary').first().click();
    equal(await page.locator('details.finding[open] pre').count(), 1);
    equal((await page.locator('details.finding[open] pre').textContent())?.split('\n').length, 2);
    await page.selectOption('#file-list select', { index: 1 });
    equal(await page.evaluate('"pwned" in globalThis'), false);
    equal(await page.locator('canvas').count(), 1);
    deepEqual(complaints, []);
  },
);

test('on paper every finding is open', options, async () => {
  const { page } = await open('paper.html', PAGE);
  const fix = page.locator('details.finding pre').first();
  equal(await fix.isVisible(), false);
  await page.emulateMedia({ media: 'print' });
  equal(await fix.isVisible(), true);
});

test('a page of a comparison shows two treemaps', options, async () => {
  const { page, complaints } = await open('diff.html', DIFF);
  equal(await page.locator('canvas').count(), 2);
  // What only one of the images has counts with its bytes there.
  const legend = await page.locator('.legend li').allTextContents();
  deepEqual(
    legend.filter(text => /(?:added|removed) 0 B/.test(text)),
    [],
  );
  deepEqual(complaints, []);
});

test('an image without files has a page', options, async () => {
  deepEqual((await open('empty.html', EMPTY)).complaints, []);
});

test('nothing is wider than a phone', options, async () => {
  for (const [name, html] of [
    ['a.html', PAGE],
    ['b.html', DIFF],
  ] as const) {
    const { page } = await open(name, html, 360);
    equal(await page.evaluate('document.documentElement.scrollWidth <= 360'), true, name);
  }
});
