import { deepEqual, equal, match } from 'node:assert/strict';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { openStore } from '../../src/core/store/index.ts';
import { APP_CONFIG, appEntries, baseEntries, webApp, writeImage } from '../slim/testing/images.ts';
import { type Ended, type Machine, machine, whyNotHere } from '../slim/testing/machine.ts';

const skip = whyNotHere() ?? false;

/** A command line, and what must come of it; `%` stands for the directory of the test. */
interface Case {
  readonly line: string;
  readonly code: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

function holds(actual: string, wanted: string | RegExp | undefined, line: string): void {
  if (typeof wanted === 'string') equal(actual, wanted, line);
  else if (wanted !== undefined) match(actual, wanted, line);
}

function words(line: string, at: string): string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map(word => word.replaceAll("'", '').replaceAll('%', at));
}

async function tryAll(here: Machine, cases: readonly Case[]): Promise<void> {
  for (const { line, code, stdout, stderr } of cases) {
    const ended: Ended = await here.sampan(words(line, here.at));
    equal(ended.code, code, `${line}: ${ended.stderr}`);
    holds(ended.stdout, stdout, line);
    holds(ended.stderr, stderr, line);
  }
  deepEqual(here.remains(), []);
}

async function withApp(t: TestContext): Promise<Machine> {
  const here = machine(t);
  await webApp(t, here.at);
  return here;
}

describe('the commands around slim', { skip }, () => {
  test('why tells what became of paths, however they are named', async t => {
    const here = await withApp(t);
    await tryAll(here, [
      { line: 'why %/app.tar /app/start', code: 1, stderr: /was not slimmed here\n {2}slim it first/ },
      { line: 'slim -q %/app.tar --tag app:slim', code: 0 },
      {
        line: 'why %/app.tar /app/start',
        code: 0,
        stdout: /^\/app\/start: kept, in the layer app\n .*entry/,
      },
      { line: 'why app:slim app/start', code: 0, stdout: /^\/app\/start \(app\/start\): kept/ },
      {
        line: 'why app:slim README',
        code: 0,
        stdout: /doc\/README \(README\): dropped: Documentation\n.*--keep/,
      },
      { line: "why app:slim '/usr/share/doc/*'", code: 0, stdout: /README .*: dropped/ },
      { line: 'why app:slim /usr/share', code: 0, stdout: /0 stay and 1 go\n/ },
      {
        line: 'why app:slim /nope /app/start',
        code: 1,
        stdout: /^\/app\/start/,
        stderr: /: not in the image: \/nope\n/,
      },
      {
        line: 'why app:slim /bin/sh --json',
        code: 0,
        stdout: /^\{"schema":"sampan.why\/1","level":"balanced",.*"path":"\/app\/start","kind":"entry"/,
      },
      { line: 'why app:slim', code: 2, stderr: /PATHS/ },
      { line: 'why none:1 /x', code: 1, stderr: /none:1/ },
    ]);
  });

  test('prove runs an image with its probes, alone or against another', async t => {
    const here = await withApp(t);
    const other = [...appEntries().filter(each => each.path !== 'app/two.html')];
    await writeImage(t, { layers: [baseEntries(), other], config: APP_CONFIG }, `oci:${here.at}/other:1`);
    const crash = { layers: [baseEntries()], config: { Cmd: ['/bin/sh', '-c', 'echo oh >&2; exit 7'] } };
    await writeImage(t, crash, `oci:${here.at}/crash:1`);
    await tryAll(here, [
      {
        line: 'prove %/app.tar',
        code: 0,
        stdout: /got ready.*\nready after .*\n(?:.*\n)*.*GET :8080\/two.html +status 200\n$/,
      },
      {
        line: 'prove -q %/app.tar --exec true --json',
        code: 0,
        stdout: /"works":true,"problems":\[\].*"exec true"/,
        stderr: '',
      },
      {
        line: 'prove -q %/app.tar --exec false',
        code: 3,
        stdout: /exec false +failed: exit 1/,
        stderr: /does not work: exec false/,
      },
      { line: 'prove -q %/app.tar --against %/app.tar', code: 0, stderr: '' },
      {
        line: 'prove -q oci:%/other:1 --against %/app.tar',
        code: 3,
        stderr: /works otherwise than .*: GET :8080\/two.html: another kind/,
      },
      { line: 'prove -q oci:%/crash:1', code: 3, stderr: /ended at once with status 7; it said:\n +oh\n/ },
      { line: 'prove -q oci:%/crash:1 --against oci:%/crash:1', code: 3, stderr: /itself does not work/ },
      { line: 'prove -q %/app.tar --probe nonsense', code: 2, stderr: /not a probe/ },
    ]);
  });

  test('observe writes evidence of what your tests use, and slim keeps it', async t => {
    const here = await withApp(t);
    const fetch = 'curl -fsS http://$SAMPAN_HOST:$SAMPAN_PORT/data/log >&2';
    await tryAll(here, [
      {
        line: 'observe -q %/app.tar -o %/time.json --duration 10ms',
        code: 0,
        stdout: /^port 8080 is at 127\.0\.0\.1:\d+\n.*time.json\n$/,
        stderr: '',
      },
      {
        line: `observe %/app.tar -o %/tests.json --until '${fetch}'`,
        code: 0,
        stderr: /\nstarted\n(?:.*\n)*.*paths were used; next: sampan slim/,
      },
      {
        line: "observe -q %/app.tar -o %/failed.json --until 'exit 9'",
        code: 3,
        stderr: /--until ended with status 9; the evidence is written/,
      },
      { line: 'observe -q %/app.tar -o %/no/where.json', code: 1, stderr: /writing .*where.json/ },
      {
        line: 'observe -q %/app.tar -o %/probe.json --exec false',
        code: 3,
        stderr: /fails its probes: exec false/,
      },
      { line: 'slim -q %/app.tar --level tight --evidence %/time.json --evidence %/tests.json', code: 0 },
    ]);
    const files = readdirSync(here.at).filter(name => name.includes('json'));
    deepEqual(files.sort(), ['failed.json', 'tests.json', 'time.json']);
    equal(JSON.parse(readFileSync(join(here.at, 'tests.json'), 'utf8')).schema, 'sampan.evidence/1');
  });

  test('observe ends with ^C, and then writes the evidence; before the app is ready it gives up', async t => {
    const here = await withApp(t);
    const running = here.start(['observe', join(here.at, 'app.tar'), '-o', join(here.at, 'asked.json')]);
    await running.saying('Watching until ^C');
    running.child.kill('SIGINT');
    const ended = await running.ended;
    equal(ended.code, 0, ended.stderr);
    match(ended.stdout, /asked.json\n$/);
    const early = here.start(['observe', join(here.at, 'app.tar'), '-o', join(here.at, 'early.json')]);
    await early.saying('Starting');
    early.child.kill('SIGINT');
    equal((await early.ended).code, 130);
    deepEqual(
      readdirSync(here.at).filter(name => name.startsWith('early')),
      [],
    );
    deepEqual(here.remains(), []);
  });

  test('observe tells of an app that ends by itself', async t => {
    const here = machine(t);
    for (const [name, script] of Object.entries({ fine: 'exit 0', late: 'sleep 1.5; exit 4' })) {
      const config = { Cmd: ['/bin/sh', '-c', script] };
      await writeImage(t, { layers: [baseEntries()], config }, `oci:${here.at}/${name}:1`);
    }
    await tryAll(here, [
      { line: 'observe -q oci:%/fine:1 -o %/fine.json', code: 0, stdout: /^.*fine.json\n$/ },
      {
        line: 'observe -q oci:%/fine:1 -o %/fine.json --until true',
        code: 3,
        stderr: /ended before the command/,
      },
      {
        line: 'observe -q oci:%/late:1 -o %/late.json',
        code: 3,
        stderr: /by itself with status 4; the evidence is written/,
      },
    ]);
  });
});

test('prune removes what nothing needs, but not what is young', async t => {
  const here = machine(t);
  const directory = join(here.env.XDG_DATA_HOME ?? '', 'sampan');
  const { blobs } = await openStore(directory);
  const bytes = async function* () {
    yield Buffer.from('left behind');
  };
  const { digest } = await blobs.put(bytes(), { mediaType: 'text/plain' });
  equal((await here.sampan(['prune'])).stdout, 'freed 0 B\n');
  utimesSync(join(directory, 'blobs', 'sha256', digest.slice(7)), 1, 1);
  equal((await here.sampan(['prune', '--json'])).stdout, '{"schema":"sampan.prune/1","freedBytes":11}\n');
});
