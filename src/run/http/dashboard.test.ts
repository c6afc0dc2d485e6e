import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { testAgent } from './testing/index.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const PROJECT = `
services:
  web:
    image: "IMAGE:1"
    mem_limit: 32m
    stop_grace_period: 0s
    command: [sh, -c, "while true; do echo '[info] served'; echo 'WARN: <img src=x onerror=pwned=1>' >&2; sleep 1; done"]
    healthcheck: {test: "true", interval: 1s}
`;

/** A page that has shown the agent's containers, and what it complained of. */
async function openPage(
  browser: Browser,
  { url, token, width }: { readonly url: string; readonly token: string; readonly width: number },
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    // Networks that containers join and leave make Chromium cut its connections; the page goes on by itself.
    if (!/401 \(Unauthorized\)|ERR_NETWORK_CHANGED/.test(message.text())) complaints.push(message.text());
  });
  page.on('request', request => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(url);
  await page.fill('#token', token);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.locator('#container-list article').first().waitFor();
  return { page, complaints };
}

async function readsLogs(page: Page, card: Locator): Promise<void> {
  await card.getByRole('button', { name: 'Logs' }).click();
  await page.selectOption('#log-level', 'warning');
  await page.locator('.line', { hasText: '<img src=x' }).first().waitFor();
  equal(await page.locator('.line', { hasText: 'served' }).count(), 0);
  equal(await page.locator('img').count(), 0);
  equal(await page.evaluate('"pwned" in globalThis'), false);

  await card.getByRole('button', { name: /Charts.*Memory/ }).click();
  await page.locator('#chart .uplot').first().waitFor();
  await page.keyboard.press('Escape');
}

async function fitsPhone(
  browser: Browser,
  { url, token, web }: { readonly url: string; readonly token: string; readonly web: string },
): Promise<void> {
  const phone = await openPage(browser, { url, token, width: 390 });
  await phone.page.getByRole('article', { name: web, exact: true }).waitFor();
  const width = Number(await phone.page.evaluate('document.documentElement.scrollWidth'));
  const wide = await phone.page.evaluate(
    `Array.from(document.querySelectorAll('body *')).filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.tagName + '.' + one.className + '#' + one.id).slice(0, 10).join(' ')`,
  );
  ok(width <= 390, `${width} pixels wide: ${wide}`);
  deepEqual(phone.complaints, []);
}

test('the dashboard shows a real agent, follows it live, and acts, on a desktop and a phone', async t => {
  if (!existsSync(CHROMIUM)) return t.skip(`${CHROMIUM} is not installed`);
  const opened = await testAgent(t, PROJECT);
  if (typeof opened === 'string') return t.skip(opened);
  await using agent = opened;
  const { url, tokenPath, bench } = agent;
  const web = `${bench.name}-web-1`;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' ') });
  try {
    const token = readFileSync(tokenPath, 'utf8').trim();
    const { page, complaints } = await openPage(browser, { url, token, width: 1280 });
    const card = page.getByRole('article', { name: web, exact: true });
    await card.getByText('healthy').waitFor();
    await page.locator('#project-list').getByText('✓ as wanted').waitFor();

    await readsLogs(page, card);

    agent.agent.bus.tell({ from: 'test', kind: 'x', severity: 'warning', text: 'seen live', data: {} });
    await page.locator('#event-list', { hasText: 'seen live' }).waitFor();

    // What was never seen healthy is nothing to go back to.
    const headers = { authorization: `Bearer ${token}` };
    while (
      !(await (await fetch(new URL('/v1/apply', url), { headers })).text()).includes('"healthy":"sha256:')
    )
      await page.waitForTimeout(200);
    const restart = card.getByRole('button', { name: 'Restart' });
    await restart.click();
    await restart.click();
    await page.locator('#event-list', { hasText: `${web} is restarted, since it was asked for` }).waitFor();

    agent.write(PROJECT.replace('IMAGE:1', 'IMAGE:2'));
    const back = page.getByRole('button', { name: 'Roll back: web' });
    await back.click({ timeout: 40_000 });
    await back.click();
    await page.getByRole('button', { name: 'Release: web' }).waitFor({ timeout: 40_000 });
    deepEqual(complaints, []);
    match((await page.title()) ?? '', /– Sampan$/);

    await fitsPhone(browser, { url, token, web });
  } finally {
    await browser.close();
  }
});
