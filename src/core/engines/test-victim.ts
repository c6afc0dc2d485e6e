/** A program for tests: starts a container and waits, to be killed at any moment. Arguments: engine, base, root. */
import { argv, env, stdout } from 'node:process';
import { hostArchitecture } from '../engine/index.ts';
import { dockerEngine } from '../engine-docker/index.ts';
import { runcEngine } from '../runc/index.ts';

const [, , name = '', base = '', rootfs = ''] = argv;
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const engine = await (name === 'docker'
  ? dockerEngine({ base, host: env.DOCKER_HOST })
  : runcEngine({ base, runtime: name, searchPath }));
stdout.write('ready\n');
await engine.start({
  rootfs,
  args: ['sh', '-c', 'sleep 1234 & sleep 1234'],
  env: [],
  workingDirectory: '/',
  user: '',
  ports: [80],
  limits: { memoryBytes: 64 << 20 },
  architecture: hostArchitecture(),
});
stdout.write('started\n');
await new Promise(() => setInterval(() => {}, 1000));
