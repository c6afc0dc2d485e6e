import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { slimPage } from './slim.ts';
import { samplePageData } from './testing/index.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const isThere = existsSync(CHROMIUM);
const options = isThere ? {} : { skip: `${CHROMIUM} is not installed` };

const directory = mkdtempSync(join(tmpdir(), 'sampan-page-'));
const file = join(directory, 'page.html');
let browser: Browser | undefined;

before(async () => {
  if (!isThere) return;
  writeFileSync(file, slimPage(samplePageData(4000)));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' ') });
});

after(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** What the console and the network said; a page that is well says nothing. */
  readonly complaints: readonly string[];
}

async function openPage(width = 1280): Promise<Opened> {
  const context = await browser!.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith('file:')) complaints.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready]');
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

test(
  'the page loads without a complaint, and no hostile name runs or makes an element',
  options,
  async () => {
    await using opened = await openPage();
    const { page } = opened;
    await page.fill('#file-list input', '510.so');
    await page.locator('#file-list .path', { hasText: '<img src=x onerror=' }).first().waitFor();
    equal(await page.evaluate(() => 'pwned' in globalThis), false);
    equal(await page.locator('img').count(), 0);
    deepEqual(opened.complaints, []);
  },
);

test('direction marks, line breaks and bytes that are not UTF-8 are shown as escapes', options, async () => {
  await using opened = await openPage();
  const { page } = opened;
  for (const [search, shown] of [
    ['exe255.so', 'moc\\u202egpj.exe255.so'],
    ['1306.so', 'latin\\xe91306.so'],
    ['204.so', 'line\\nbreak\\u2028204.so'],
  ] as const) {
    await page.fill('#file-list input', search);
    await page.locator('#file-list .path', { hasText: shown }).first().waitFor();
  }
  // biome-ignore lint/performance/useDomNodeTextContent: only what is shown counts, not the data in scripts
  const text = await page.locator('body').innerText();
  equal(/[\u202e\u2028\udc80-\udcff]/.test(text), false);
});

test(
  'both treemaps show something, and go into a directory and out by the breadcrumbs',
  options,
  async () => {
    await using opened = await openPage();
    const { page } = opened;
    // Text, not a function: these sources know nothing of a browser's types.
    const colours: number[] = await page.evaluate(`Array.from(document.querySelectorAll('canvas'), canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })`);
    equal(colours.length, 2);
    for (const count of colours) ok(count > 3, `${count} colours`);
    await page
      .locator('canvas')
      .first()
      .click({ position: { x: 150, y: 150 } });
    equal((await page.locator('.crumbs li').count()) > 1, true);
    await page.locator('.crumbs button').first().click();
    equal(await page.locator('.crumbs li').count(), 1);
  },
);

test('the keyboard reaches everything in a treemap, and what it is on is spoken', options, async () => {
  await using opened = await openPage();
  const { page } = opened;
  await page.locator('canvas').first().focus();
  await page.keyboard.press('ArrowRight');
  match((await page.locator('[aria-live].spoken').textContent()) ?? '', /^\/\w+.*: .*% of all/);
  await page.keyboard.press('Enter');
  equal((await page.locator('.crumbs li').count()) > 1, true);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  equal(await page.locator('.crumbs li').count(), 1);
});

test('files are searched, filtered and sorted, and lead to their place in the treemap', options, async () => {
  await using opened = await openPage();
  const { page } = opened;
  await page.selectOption('#file-list select', { label: 'stripped' });
  equal(
    await page
      .locator('.count')
      .textContent()
      .then(text => text?.startsWith('1\u202f000 files')),
    true,
  );
  const sizes = () => page.locator('#file-list tbody td:nth-child(2)').allTextContents();
  const falling = await sizes();
  await page
    .locator('#file-list')
    .getByRole('button', { name: /^Before/ })
    .click();
  ok((await sizes())[0] !== falling[0]);
  await page.locator('#file-list .path').first().click();
  match((await page.locator('.chosen code').textContent()) ?? '', /^\/opt\/app\/part/);
});

test('packages are sorted and searched', options, async () => {
  await using opened = await openPage();
  const { page } = opened;
  const names = () => page.locator('#package-table tbody tr:visible th').allTextContents();
  const before = await names();
  await page.getByRole('button', { name: 'Files', exact: true }).last().click();
  await page.getByRole('button', { name: 'Package', exact: true }).click();
  equal((await names()).length, before.length);
  await page.fill('[data-filters]', 'constructor');
  equal(
    (await names()).every(name => name.length > 0),
    true,
  );
  equal((await names()).includes('constructor'), true);
});

test('nothing is wider than a phone', options, async () => {
  await using opened = await openPage(360);
  equal(await opened.page.evaluate('document.documentElement.scrollWidth <= 360'), true);
});
