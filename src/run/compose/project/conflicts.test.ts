import { deepEqual, match, throws } from 'node:assert/strict';
import { test } from 'node:test';
import type { Project } from './model.ts';
import { readProject } from './project.ts';

function read(
  texts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): Project {
  const named = Object.keys(texts).filter(path => path.endsWith('.yaml'));
  return readProject(named, {
    files: { read: path => texts[path] ?? '', real: path => links[path] ?? path },
    variables: () => undefined,
    home: '/root',
  });
}

const one = (service: string, more = ''): Project =>
  read({ '/site/c.yaml': `services: {app: {image: a, ${service}}}\n${more}` });

test('keys that do not go together are refused by name', () => {
  throws(
    () => one('network_mode: host, ports: ["80:80"]'),
    /app\.ports: does not go with network_mode: host/,
  );
  throws(() => one('network_mode: none, networks: [default]'), /app\.networks: does not go with/);
  throws(() => one('network_mode: "container:x", hostname: h'), /app\.hostname: does not go with/);
  throws(() => one('volumes: [/a, /b:/a/]'), /two things are mounted at \/a/);
  throws(() => one('tmpfs: [/a], volumes: [/a]'), /two things are mounted at \/a/);
  throws(() => one('pull_policy: sometimes'), /is not always, never/);
  throws(() => one('device_cgroup_rules: ["c *:* rwm"]'), /opens every device/);
  throws(
    () => one('volumes: [v:/d]', 'volumes: {v: {driver_opts: {o: bind, device: /dev}}}'),
    /all of \/dev/,
  );
});

test('what an engine does not keep is said', () => {
  const notices = (service: string, more?: string): string =>
    one(service, more)
      .notices.map(({ message }) => message)
      .join();
  match(notices('command: []'), /the command of the image runs/);
  match(notices('command: "$UNSET"'), /UNSET is not set/);
  match(notices('deploy: {restart_policy: {delay: 5s}}'), /engines choose the delay/);
  match(notices('ports: ["80:80"], x-sampan: {update: {strategy: hand-over}}'), /the port 80 of the host/);
  match(notices('volumes: [v:/d]', 'volumes: {v: {external: true, driver: x}}'), /not used: driver/);
});

test('relative paths stay within the project, through links too', () => {
  const out = /c\.yaml:\d+:\d+: .*leads out of the directory of the project.*absolute path/;
  throws(() => one('env_file: ../../etc/shadow'), out);
  throws(() => one('configs: [x]', 'configs: {x: {file: ../x}}'), out);
  throws(
    () =>
      read(
        { '/site/c.yaml': 'services: {app: {image: a, env_file: link}}' },
        { '/site/link': '/etc/shadow' },
      ),
    out,
  );
  one('env_file: /etc/site.env');
});

test('later files speak of the same port in another form, of another logger, and of nothing', () => {
  const project = read({
    '/site/a.yaml':
      'services: {app: {image: a, ports: ["8080:80"], environment: {A: 1}, logging: {driver: json-file, options: {max-size: 1m}}}}',
    '/site/b.yaml':
      'services: {app: {environment: , ports: [{target: 80, published: 8080}], logging: {driver: syslog}}}',
  });
  const { written, environment } = project.services.get('app') ?? {};
  deepEqual(written?.ports?.length, 1);
  deepEqual([...(environment?.keys() ?? [])], ['A']);
  deepEqual(written?.logging, { driver: 'syslog' });
});
