import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fail } from '../../core/store/testing/index.ts';
import { runWords } from '../app/index.ts';
import { type FakeContext, fakeContext } from '../testing/index.ts';
import { COMMANDS } from './table.ts';

interface Fixture {
  readonly directory: string;
  /** Where an image is, as a root file system. */
  readonly image: string;
  readonly context: () => FakeContext;
  run(...words: string[]): Promise<string>;
}

function fixture(t: TestContext): Fixture {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-inspect-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const rootfs = join(directory, 'rootfs');
  mkdirSync(join(rootfs, 'var', 'lib', 'apt', 'lists'), { recursive: true });
  writeFileSync(join(rootfs, 'var', 'lib', 'apt', 'lists', 'Packages'), 'x'.repeat(90_000));
  writeFileSync(join(rootfs, 'app'), 'app');
  const context = () =>
    fakeContext({ env: { XDG_DATA_HOME: join(directory, 'data') }, home: directory, cwd: directory });
  return {
    directory,
    image: `dir:${rootfs}`,
    context,
    run: async (...words) => {
      const world = context();
      await runWords(words, COMMANDS, world);
      return world.stdout.text();
    },
  };
}

test('an image is told in figures, findings and fixes, again and again the same', async t => {
  const { image, run } = fixture(t);
  const text = await run('inspect', image);
  match(text, /size +90\.0 kB/);
  match(text, /Lists and archives of apt are in the image {2}90\.0 kB/);
  match(text, /› RUN apt-get update/);
  match(text, /90\.0 kB of 90\.0 kB could go/);
  equal(await run('inspect', image), text);
});

test('JSON has its schema, and sizes in bytes', async t => {
  const { image, run } = fixture(t);
  const report = JSON.parse(await run('inspect', image, '--json'));
  equal(report.schema, 'sampan.inspect/1');
  equal(report.totals.sizeBytes, 90_003);
  deepEqual(report.violations, []);
  equal(report.findings[0].id, 'apt-cache');
});

test('a broken budget prints its report all the same, and is refused', async t => {
  const { image, context } = fixture(t);
  for (const words of [
    ['--max-size', '50kB'],
    ['--max-waste', '10%'],
    ['--fail-on', 'apt-cache'],
    ['--fail-on', 'secrets,apt-cache'],
    ['--fail-on', 'low'],
  ]) {
    const world = context();
    await rejects(
      runWords(['inspect', image, ...words], COMMANDS, world),
      fail('unproven', 'budget is broken'),
    );
    match(world.stdout.text(), /✗ /);
  }
});

test('the budget of the project is kept too, and broken ones are told by line', async t => {
  const { directory, image, run } = fixture(t);
  const path = join(directory, '.sampan.yaml');
  writeFileSync(
    path,
    'budget:\n  max-size: 1MB\n  max-waste: 100%\n  min-efficiency: 0.5\n  fail-on: [secrets]\n',
  );
  await run('inspect', image);
  writeFileSync(path, 'budget:\n  max-size: 10 kB\n');
  await rejects(run('inspect', image), fail('unproven', 'at most 10.0 kB'));
  await run('inspect', image, '--max-size', '1MB');
  for (const [text, message] of [
    ['budget: {max-sizes: 1}', 'max-sizes is none of'],
    ['budget: [1]', 'budget holds max-size'],
    ['budget:\n  max-size: 1MB\n  max-size: 2MB', '.sampan.yaml:3:3: max-size stands here twice'],
    ['budget: {max-size: [1]}', 'max-size is one value'],
    ['a: &a [*a]\nbudget: {}', 'refers to what it stands in'],
    ['budget: {fail-on: everything}', 'there is no finding everything'],
    ['budget: {min-efficiency: 2}', 'from 0 to 1'],
    ['budget: {max-waste: 101%}', 'more than all'],
    ['budget: {{', '.sampan.yaml:1:'],
  ] as const) {
    writeFileSync(path, text);
    await rejects(run('inspect', image), fail('usage', message), text);
  }
  writeFileSync(path, '# nothing\n');
  await run('inspect', image);
  writeFileSync(path, '\u{1f300}'.repeat(300_000));
  await rejects(run('inspect', image), fail('limit', 'more than 1048576 bytes'));
  await rejects(run('inspect', image, '--config', 'gone.yaml'), fail('not-found', 'gone.yaml'));
});

test('growth against another image is told, and limited', async t => {
  const { directory, image, run } = fixture(t);
  await rejects(run('inspect', image, '--max-growth', '1kB'), fail('usage', 'needs --against'));
  const other = join(directory, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'app'), 'app');
  match(
    await run('inspect', image, '--against', `dir:${other}`),
    /\+90\.0 kB against dir:.*\nlayers\n.*\+90\.0 kB/,
  );
  await rejects(
    run('inspect', image, '--against', `dir:${other}`, '--max-growth', '1kB'),
    fail('unproven', 'it grew by 90.0 kB'),
  );
});

test('each format is written', async t => {
  const { image, run } = fixture(t);
  match(await run('inspect', image, '--format', 'markdown'), /^### dir/);
  match(await run('inspect', image, '--format', 'junit'), /^<\?xml /);
  equal(JSON.parse(await run('inspect', image, '--format', 'sarif')).version, '2.1.0');
});

test('a page is written where it was asked for', async t => {
  const { directory, image, run } = fixture(t);
  await run('inspect', image, '--html', 'page.html');
  match(readFileSync(join(directory, 'page.html'), 'utf8'), /^<!doctype html>/);
  await rejects(run('inspect', image, '--html', 'gone/page.html'), fail('not-found', 'gone/page.html'));
});

test('two images are compared, and an update has its limit', async t => {
  const { directory, image, run } = fixture(t);
  const other = join(directory, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'app'), 'new');
  const text = await run('diff', image, `dir:${other}`, '--html', 'diff.html');
  match(text, /− +\/var\/lib\/apt\/lists\/Packages +−90\.0 kB/);
  match(text, /~ +\/app/);
  match(readFileSync(join(directory, 'diff.html'), 'utf8'), /sampan\.diff-page\/1/);
  equal(JSON.parse(await run('diff', image, `dir:${other}`, '--json')).schema, 'sampan.diff/1');
  for (const format of ['markdown', 'junit', 'sarif'])
    await run('diff', image, `dir:${other}`, '--format', format);
  await rejects(
    run('diff', image, `dir:${other}`, '--max-update', '1B'),
    fail('unproven', 'an update carries'),
  );
  await rejects(run('diff', `dir:${other}`, image, '--max-growth', '1kB'), fail('unproven', 'it grew by'));
});
