/** The labels that Compose gives, so that its tools see the same project. */
export const LABELS = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
  hash: 'com.docker.compose.config-hash',
  image: 'com.docker.compose.image',
  directory: 'com.docker.compose.project.working_dir',
  files: 'com.docker.compose.project.config_files',
  dependsOn: 'com.docker.compose.depends_on',
  version: 'com.docker.compose.version',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  /** Ours: the hash of what was asked for, since Compose computes its own in another way. */
  wanted: 'io.sampan.wanted',
  /** Ours: the image reference that was asked for. */
  reference: 'io.sampan.image',
  /** Ours: the IDs of the containers whose namespaces it shares, by the names of their services, as JSON. */
  shares: 'io.sampan.shares',
  /** Ours: how it is restarted when it is unhealthy, as JSON. */
  restart: 'io.sampan.restart',
  /** Ours: which of its lines are kept and sent on, as JSON. */
  logs: 'io.sampan.logs',
} as const;

/** The version that we say: files of this specification. */
export const COMPOSE_VERSION = '2.40.0';
