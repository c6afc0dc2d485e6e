import { existsSync } from 'node:fs';
import { connectDocker, listContainers, listImages } from '../docker/index.ts';
import { type Engine, hostArchitecture } from '../engine/index.ts';
import { dockerEngine } from '../engine-docker/index.ts';
import { isSampanError } from '../errors/index.ts';
import { runcEngine } from '../runc/index.ts';
import { RUN_LABEL } from '../work/index.ts';
import { engineConformance } from './conformance.ts';
import { makeTestRoot } from './test-root.ts';

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** crun refuses a host with both versions of control groups: there is nothing to test there. */
const isHybrid = existsSync('/sys/fs/cgroup/unified/cgroup.procs');
if (isHybrid) process.stderr.write('crun is not tested: it refuses the hybrid control groups of this host\n');

for (const runtime of isHybrid ? ['runc'] : ['runc', 'crun']) {
  engineConformance({
    name: runtime,
    open: base => orReason(probed(runcEngine({ base, runtime, searchPath: SEARCH_PATH }))),
    remains: async () => [],
  });
}

engineConformance({
  name: 'docker',
  open: base => orReason(dockerEngine({ base, host: process.env.DOCKER_HOST })),
  remains: async id => {
    const docker = await connectDocker({ host: process.env.DOCKER_HOST });
    const label = `${RUN_LABEL}=${id}`;
    const containers = await listContainers(docker, { label });
    const images = await listImages(docker, { label });
    return [...containers, ...images].map(one => one.id);
  },
});

/** A runtime may be there and refuse this host's control groups. */
async function probed(opening: Promise<Engine>): Promise<Engine> {
  const engine = await opening;
  using root = makeTestRoot();
  const plain = {
    rootfs: root.path,
    env: [],
    workingDirectory: '/',
    user: '',
    architecture: hostArchitecture(),
  };
  await using container = await engine.start({ ...plain, args: ['true'] });
  await container.wait();
  return engine;
}

async function orReason(engine: Promise<Engine>): Promise<Engine | string> {
  try {
    return await engine;
  } catch (error) {
    if (isSampanError(error, 'unavailable') || isSampanError(error, 'denied')) return error.message;
    throw error;
  }
}
