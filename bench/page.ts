import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { writeArchive } from './archive.ts';
import { type Benchmark, type Measurement, type MeasureOptions, median } from './benchmark.ts';
import { COMMAND } from './timed.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'];
const FILES = 50_000;

/** How soon a large page can be used. */
export const pageBenchmark: Benchmark = {
  name: 'page',
  summary: `the page of an image of ${FILES} files, from opening it to its treemap, in Chromium`,
  async measure({ runs, directory }: MeasureOptions): Promise<readonly Measurement[]> {
    const name = `inspect --html, ${FILES} files`;
    if (!existsSync(CHROMIUM)) return [{ name, unit: 's', ours: 0, note: `${CHROMIUM} is not installed` }];
    const file = writePage(directory);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    try {
      const times: number[] = [];
      // The first one also wakes the browser.
      for (let run = 0; run <= runs; run += 1) times.push(await readySeconds(browser, file));
      const size = { name: `${name}: size`, unit: 'MB', ours: statSync(file).size / 1e6 };
      return [{ name, unit: 's', ours: median(times.slice(1)), most: 1 }, size];
    } finally {
      await browser.close();
    }
  },
};

function writePage(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const [archive, page] = [join(directory, 'page.tar'), join(directory, 'page.html')];
  writeArchive(archive, { files: FILES, fileBytes: 600 });
  const env = { ...process.env, XDG_DATA_HOME: join(directory, 'data') };
  execFileSync(COMMAND, ['inspect', archive, '--html', page], { env, stdio: 'ignore' });
  return page;
}

async function readySeconds(browser: Browser, file: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const start = performance.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready]');
  const seconds = (performance.now() - start) / 1000;
  await context.close();
  return seconds;
}
