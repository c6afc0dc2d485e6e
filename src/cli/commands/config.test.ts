import { deepEqual, match, ok, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { parseCommandLine } from '../command/index.ts';
import { type FakeContext, fakeContext } from '../testing/index.ts';
import { configCommand } from './config.ts';

const BASE = `name: site
x-limits: &limits
  mem_limit: 64m
services:
  web:
    <<: *limits
    image: \${IMAGE}
    command: [run, "two words", "\${SITE}"]
    ports:
      - "80:80"
      - "127.0.0.1:\${PORT:-81}:81"
    env_file: web.env
    environment:
      PLAIN: text
      SITE: \${SITE} \${IMAGE}
      API_KEY: one
      HOST_NAME:
    logging: {options: {max-file: 9}}
    x-sampan: {config: {environment: [LEVEL]}}
  other: {image: other}
x-sampan: {config: {source: device}}
`;
const OVER = 'services: {web: {image: "app:2", build: ., mem_limit: 32m}}\n';

const FILES = {
  'compose.yaml': BASE,
  'over.yaml': OVER,
  '.env': '# here\nIMAGE=app:1\nSITE=north\n',
  'web.env': 'A=1\n\nDB_PASSWORD=two\n',
  'device/variables.env': 'LEVEL=info\n',
};

async function config(t: TestContext, ...words: readonly string[]): Promise<FakeContext> {
  const cwd = mkdtempSync(join(tmpdir(), 'sampan-config-'));
  t.after(() => rmSync(cwd, { recursive: true, force: true }));
  mkdirSync(join(cwd, 'device'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text);
  const context = fakeContext({ cwd, home: cwd, env: { HOST_NAME: 'gateway' } });
  await configCommand.start(context, parseCommandLine('config', configCommand, words).given);
  return context;
}

/** Each row of a service, as `NAME VALUE ORIGIN FROM`, blanks as one. */
function rows({ stdout }: FakeContext, service: string): readonly string[] {
  const lines = stdout
    .text()
    .split('\n')
    .filter(line => line.startsWith(`${service} `));
  return lines.map(line =>
    line
      .split(/\s{2,}/)
      .slice(1)
      .join(' | '),
  );
}

test('every value of a service is shown with its origin and the line of its key', async t => {
  const shown = rows(await config(t, 'web', '--set', 'SITE=south'), 'web');
  deepEqual(shown.slice(0, -5), [
    'image | app:1 | env_file | compose.yaml:7, IMAGE .env:2',
    'command | run "two words" south | flag | compose.yaml:8, SITE flag',
    'ports[0] | 80:80 | file | compose.yaml:10',
    'ports[1] | 127.0.0.1:81:81 | file | compose.yaml:11',
    'logging.options.max-file | 9 | file | compose.yaml:18',
    'x-sampan.config.environment | LEVEL | file | compose.yaml:19',
    'mem_limit | 64m | file | compose.yaml:3',
    'environment.A | 1 | env_file | web.env:1',
    'environment.DB_PASSWORD | •••• | env_file | web.env:3',
    'environment.PLAIN | text | file | compose.yaml:14',
    'environment.SITE | south app:1 | flag | compose.yaml:15, SITE flag, IMAGE .env:2',
    'environment.API_KEY | •••• | file | compose.yaml:16',
    'environment.HOST_NAME | gateway | environment | compose.yaml:17, HOST_NAME environment',
    'environment.LEVEL | info | device | compose.yaml:19, LEVEL device',
  ]);
  deepEqual(shown.slice(-5), [
    'pids_limit | 512 | default',
    'logging.options.max-size | 10m | default',
    'init | true | default',
    'security_opt | no-new-privileges:true | default',
    'restart | unless-stopped | default',
  ]);
});

test('a value of a later file has the line of that file; what has no effect is not shown', async t => {
  const shown = rows(await config(t, '-f', 'compose.yaml', '-f', 'over.yaml'), 'web');
  ok(shown.includes('image | app:2 | file | over.yaml:1'), shown.join('\n'));
  ok(shown.includes('mem_limit | 32m | file | over.yaml:1'));
  ok(!shown.some(line => line.startsWith('build')));
});

test('secrets are shown when asked for, and JSON has the variables of each value', async t => {
  const { stdout } = await config(t, 'web', '--secrets', '--json');
  const { schema, values } = JSON.parse(stdout.text());
  deepEqual(schema, 'sampan.config/2');
  const named = (name: string) => values.find((one: { readonly name: string }) => one.name === name);
  deepEqual(named('environment.API_KEY').value, 'one');
  const { from, variables, origin } = named('image');
  deepEqual(origin, 'env_file');
  match(from, /^\/.*compose\.yaml:7$/);
  deepEqual(
    variables.map(({ name, origin: one }: { readonly name: string; readonly origin: string }) => [name, one]),
    [['IMAGE', 'env_file']],
  );
});

test('a service that is not there is an error that names those that are', async t => {
  await rejects(
    config(t, 'weeb'),
    error => isSampanError(error, 'not-found') && error.remedy === 'did you mean web?',
  );
  await rejects(config(t, 'nobody'), error => isSampanError(error) && error.remedy === 'one of web, other');
});
