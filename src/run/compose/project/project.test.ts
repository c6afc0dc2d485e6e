import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import { SERVICE } from '../service/index.ts';
import type { Project } from './model.ts';
import type { ProjectOptions } from './options.ts';
import { readAgain, readProject } from './project.ts';
import { type ProjectSource, parseSource } from './source.ts';

type Texts = Readonly<Record<string, string>>;

function read(
  files: Texts | string,
  more: Partial<ProjectOptions> & { readonly env?: Texts; readonly paths?: readonly string[] } = {},
): Project {
  const texts = typeof files === 'string' ? { '/p/compose.yaml': files } : files;
  const { env = {}, paths = ['/p/compose.yaml'], ...options } = more;
  return readProject(paths, {
    files: {
      read: path => {
        const text = texts[path];
        if (text === undefined) throw new SampanError('not-found', `no file ${path}`);
        return text;
      },
      real: path => path,
    },
    variables: name => env[name],
    home: '/home/me',
    ...options,
  });
}

function problems(files: Texts | string, more: Parameters<typeof read>[1] = {}): string {
  try {
    read(files, more);
  } catch (error) {
    ok(isSampanError(error, 'usage'), String(error));
    return error.message;
  }
  return 'nothing is wrong';
}

const FULL = `
name: site
services:
  web:
    image: "nginx:\${TAG:-1.27}"
    command: nginx -g "daemon off;"
    environment: {A: 1, HOSTNAME_SET: , EMPTY: ""}
    env_file: [{path: web.env}, {path: none.env, required: false}]
    ports: ["127.0.0.1:8080-8081:80-81", "53:53/udp", {target: 443, published: "8443"}]
    volumes: ["data:/data", "./conf:/etc/nginx:ro", "/cache", {type: tmpfs, target: /run, tmpfs: {size: 16m, mode: 01777}}]
    tmpfs: /tmp:size=8m
    depends_on: {db: {condition: service_healthy}}
    healthcheck: {test: [CMD, wget, -q, localhost], interval: 1m30s, retries: 3}
    deploy: {resources: {limits: {memory: 64M, cpus: "0.5", pids: 20}}}
    restart: on-failure:5
    stop_grace_period: 1m
    secrets: [key]
    configs: [{source: conf, target: /etc/app.conf, mode: 0440}]
    networks: {front: {aliases: [www], ipv4_address: 10.0.0.2}, back: }
    ulimits: {nofile: 1024, nproc: {soft: 10, hard: 20}}
    x-sampan:
      devices: [{usb: {vendor: 0x1A86, product: "7523"}, as: /dev/sensor, required: false, onLost: restart}]
      update: {strategy: hand-over, healthTimeout: 30s}
  db:
    image: postgres
    profiles: []
    network_mode: host
  debug: {image: busybox, profiles: [debug]}
networks: {front: {ipam: {config: [{subnet: 10.0.0.0/24}]}}, back: {internal: true}, unused: }
volumes: {data: , shared: {external: true, name: all}}
secrets: {key: {file: ./key.pem}}
configs: {conf: {content: "hello $$USER"}}
x-mine: anything
`;

test('a file is read with all that it names', () => {
  const { services, networks, volumes, inactive, name } = read(
    { '/p/compose.yaml': FULL, '/p/web.env': 'B=2\nA=0\n' },
    { env: { HOSTNAME_SET: 'h', TAG: '1.28' } },
  );
  equal(name, 'site');
  deepEqual(inactive, ['debug']);
  deepEqual([...networks.keys()], ['front', 'back']);
  equal(networks.get('front')?.name, 'site_front');
  deepEqual([volumes.get('data')?.name, volumes.get('shared')?.name], ['site_data', 'all']);
  const web = services.get('web');
  ok(web);
  equal(web.image, 'nginx:1.28');
  deepEqual(web.written.command, ['nginx', '-g', 'daemon off;']);
  deepEqual(
    [...web.environment].map(([key, { value, origin }]) => [key, value, origin]),
    [
      ['B', '2', 'env_file'],
      ['A', '1', 'file'],
      ['HOSTNAME_SET', 'h', 'outside'],
      ['EMPTY', '', 'file'],
    ],
  );
  deepEqual(web.written.ports?.slice(0, 3), [
    { target: 80, protocol: 'tcp', published: 8080, hostIp: '127.0.0.1' },
    { target: 81, protocol: 'tcp', published: 8081, hostIp: '127.0.0.1' },
    { target: 53, protocol: 'udp', published: 53 },
  ]);
  deepEqual(
    web.mounts.map(({ type, source, target }) => [type, source, target]),
    [
      ['volume', 'site_data', '/data'],
      ['bind', '/p/conf', '/etc/nginx'],
      ['volume', undefined, '/cache'],
      ['tmpfs', undefined, '/run'],
      ['tmpfs', undefined, '/tmp'],
    ],
  );
  deepEqual(web.limits, { memory: 64 << 20, cpus: 0.5, pids: 20 });
  deepEqual(web.restart, { name: 'on-failure', maxRetries: 5 });
  equal(web.written.stop_grace_period, 60_000);
  equal(web.written.healthcheck?.intervalMs, 90_000);
  deepEqual(web.files, [
    { kind: 'config', name: 'conf', target: '/etc/app.conf', mode: 0o440, content: 'hello $USER' },
    { kind: 'secret', name: 'key', target: '/run/secrets/key', file: '/p/key.pem' },
  ]);
  deepEqual(web.written['x-sampan']?.devices?.[0]?.usb, { vendor: '1a86', product: '7523' });
  equal(services.get('db')?.networks.size, 0);
});

test('each problem is told with its place, its keys and a remedy', () => {
  const text = problems(`
services:
  web:
    image: a
    enviroment: {A: 1}
    ports: ["99999:80", "a:b"]
    mem_limit: lots
    depends_on: [bd]
    volumes: ["data:/data"]
  db: {image: b, network_mode: "service:web", links: [web]}
`);
  match(
    text,
    /^\/p\/compose\.yaml:5:5: services\.web: the key enviroment is not known here \(did you mean environment\?\)$/m,
  );
  match(text, /compose\.yaml:6:13: services\.web\.ports\[0\]: ports are numbers/);
  match(text, /services\.web\.ports\[1\]: "a:b" is not \[\[IP:\]HOST:\]CONTAINER/);
  match(text, /services\.web\.mem_limit: "lots" is not a size/);
  match(text, /services\.web\.volumes: there is no volume data \(add it/);
  match(text, /services\.db\.links: not supported/);
  match(
    problems('services: {web: {image: a, depends_on: [bd]}, db: {image: b}}'),
    /there is no service bd \(did you mean db\?\)/,
  );
  match(problems('services: {web: {build: .}}'), /needs an image/);
  match(
    problems('services: {web: {image: a, deploy: {resources: {limits: {memory: 1m}}}, mem_limit: 2m}}'),
    /leave one of them out/,
  );
});

test('keys that mean nothing on a device are named, and the rest goes on', () => {
  const { notices } = read(
    'services: {web: {image: a, build: ., develop: {watch: []}, deploy: {placement: {}}}}',
  );
  deepEqual(
    notices.map(({ path }) => path).sort(),
    ['services.web.build', 'services.web.deploy.placement', 'services.web.develop'].sort(),
  );
});

test('services depend in no circle, and share no port', () => {
  match(
    problems(
      'services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [c]}, c: {image: x, depends_on: [a]}}',
    ),
    /depends on itself: a → b → c → a/,
  );
  match(
    problems('services: {a: {image: x, ports: ["80:1"]}, b: {image: x, ports: ["80:2"]}}'),
    /the port 80 of the host is taken by a already/,
  );
  match(problems('services: {a: {image: x, ports: ["80:1"], scale: 2}}'), /taken by the first container/);
  match(problems('services: {a: {image: x, container_name: n, scale: 2}}'), /names one container/);
});

test('what opens the whole device needs a reason', () => {
  match(problems('services: {a: {image: x, privileged: true}}'), /allow: \{privileged: REASON\}/);
  match(problems('services: {a: {image: x, volumes: ["/dev:/dev"]}}'), /allow: \{dev: REASON\}/);
  match(problems('services: {a: {image: x, volumes: ["/run/docker.sock:/s"]}}'), /allow: \{engine: REASON\}/);
  match(problems('services: {a: {image: x, volumes: ["/:/host:ro"]}}'), /allow: \{host: REASON\}/);
  match(problems('services: {a: {image: x, use_api_socket: true}}'), /not supported/);
  read('services: {a: {image: x, privileged: true, x-sampan: {allow: {privileged: "flashes firmware"}}}}');
});

test('files extend and include each other, with their own directories', () => {
  const project = read({
    '/p/compose.yaml':
      'include: [sub/compose.yaml]\nservices:\n  web:\n    extends: {file: sub/base.yaml, service: base}\n    environment: {B: 2}\n',
    '/p/sub/base.yaml':
      'services: {base: {image: x, volumes: ["./d:/d"], environment: {A: 1, B: 1}, extends: root}, root: {image: y, user: "5"}}',
    '/p/sub/compose.yaml': 'services: {db: {image: z, env_file: db.env}}',
    '/p/sub/db.env': 'C=3',
  });
  const { services } = project;
  const web = services.get('web');
  deepEqual([web?.image, web?.written.user, web?.mounts[0]?.source], ['x', '5', '/p/sub/d']);
  deepEqual(
    [...(web?.environment ?? [])].map(([name, { value }]) => `${name}=${value}`),
    ['A=1', 'B=2'],
  );
  equal(services.get('db')?.environment.get('C')?.value, '3');
  deepEqual(readAgain(kept(project)), project, 'what was read is enough to read it again');
});

/** What is kept of a project, as it comes back from a file. */
function kept({ source }: Project): ProjectSource {
  const found = parseSource(JSON.parse(JSON.stringify(source)));
  ok(found);
  return found;
}

test('a project is read again from what was kept of it, with its variables, and of damage nothing is read', () => {
  const text = 'services: {web: {image: "a:${TAG}", environment: [LEVEL], profiles: [x]}}';
  const project = read(text, {
    env: { TAG: '1', LEVEL: 'debug', OTHER: 'x' },
    profiles: ['x'],
    name: 'site',
  });
  deepEqual(readAgain(kept(project)), project);
  deepEqual(Object.keys(project.source.variables).sort(), ['LEVEL', 'TAG']);
  for (const damaged of [null, {}, { ...project.source, texts: { a: 1 } }, { ...project.source, paths: [1] }])
    equal(parseSource(damaged), undefined);
});

test('cycles of files, and ways out of the directory, are refused', () => {
  match(
    problems({ '/p/compose.yaml': 'include: [a.yaml]', '/p/a.yaml': 'include: [compose.yaml]' }),
    /includes itself by way of/,
  );
  match(
    problems('services: {a: {image: x, extends: b}, b: {image: x, extends: a}}'),
    /extends itself by way of/,
  );
  match(problems('include: [../other.yaml]'), /leads out of the directory of the project/);
  match(problems('services: {a: {extends: {file: /etc/passwd, service: x}}}'), /leads out of/);
  match(problems('services: {a: {image: x, extends: nobody}}'), /there is no service nobody/);
});

test('a later file is over an earlier one, and profiles choose', () => {
  const texts = {
    '/p/compose.yaml': 'services: {a: {image: x, ports: ["80:80"]}, b: {image: y, profiles: [extra]}}',
    '/p/over.yaml': 'services: {a: {image: z, ports: !override ["81:80"]}}',
  };
  const project = read(texts, { paths: ['/p/compose.yaml', '/p/over.yaml'], profiles: ['extra'] });
  deepEqual(
    [...project.services.values()].map(({ image }) => image),
    ['z', 'y'],
  );
  equal(project.services.get('a')?.written.ports?.[0]?.published, 81);
  deepEqual([...read(texts, { wanted: ['b'] }).services.keys()], ['a', 'b']);
});

test('names of projects come from the flag, the file or the directory', () => {
  equal(read('services: {}', { name: 'mine' }).name, 'mine');
  equal(
    read({ '/srv/My Site/compose.yaml': 'services: {}' }, { paths: ['/srv/My Site/compose.yaml'] }).name,
    'mysite',
  );
  match(problems('name: "A B"\nservices: {}'), /no name of a project/);
});

test('a broken file is told, not thrown', () => {
  match(problems('services: [a\n'), /compose\.yaml:\d+:\d+/);
  match(problems(''), /has no keys/);
  match(problems('services: {web: 5}'), /services\.web: must be a map/);
  throws(() => read({}, { paths: ['/p/none.yaml'] }), /no file \/p\/none\.yaml/);
});

const SCHEMA = new URL('../../../../../shared/data/schemas/compose/compose-spec.json', import.meta.url);

test('every key of the schema is known by name', t => {
  if (!existsSync(SCHEMA))
    return t.skip('the schema of the Compose Specification is not beside the checkout');
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const keys = Object.keys(schema.definitions.service.properties);
  deepEqual(
    keys.filter(key => !Object.hasOwn(SERVICE, key)),
    [],
  );
});
