import { connectDocker, listContainers, listImages } from '../docker/index.ts';
import type { Engine } from '../engine/index.ts';
import { dockerEngine } from '../engine-docker/index.ts';
import { isSampanError } from '../errors/index.ts';
import { runcEngine } from '../runc/index.ts';
import { RUN_LABEL } from '../work/index.ts';
import { engineConformance } from './conformance.ts';

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

for (const runtime of ['runc', 'crun']) {
  engineConformance({
    name: runtime,
    open: base => orReason(runcEngine({ base, runtime, searchPath: SEARCH_PATH })),
    remains: async () => [],
  });
}

engineConformance({
  name: 'docker',
  open: base => orReason(dockerEngine({ base })),
  remains: async id => {
    const docker = await connectDocker();
    const label = `${RUN_LABEL}=${id}`;
    const containers = await listContainers(docker, { label });
    const images = await listImages(docker, { label });
    return [...containers, ...images].map(one => one.id);
  },
});

async function orReason(engine: Promise<Engine>): Promise<Engine | string> {
  try {
    return await engine;
  } catch (error) {
    if (isSampanError(error, 'unavailable') || isSampanError(error, 'denied')) return error.message;
    throw error;
  }
}
