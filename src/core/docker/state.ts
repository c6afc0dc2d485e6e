import { type CallOptions, type Docker, sendForFields, sendForList, sendOnly } from './client.ts';
import { type Fields, fieldsAt, isFields, numberAt, textAt, textMapAt } from './json.ts';

/** What a container does. (Docker Engine API, `State.Status`) */
export type ContainerStatus =
  | 'created'
  | 'running'
  | 'paused'
  | 'restarting'
  | 'removing'
  | 'exited'
  | 'dead';

/** What its health check says; `none` when it has none. */
export type ContainerHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** How a container stands. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  /** The ID of its image. */
  readonly imageId: string;
  /** The image as it was asked for. */
  readonly imageName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: ContainerStatus;
  readonly health: ContainerHealth;
  /** What the last health check printed, shortened. */
  readonly healthOutput: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** What the engine says about a failed start. */
  readonly error: string;
  /** 0 when it does not run. */
  readonly pid: number;
  /** RFC 3339; year 1 when it never happened. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** How often the engine started it again by itself. */
  readonly restartCount: number;
  /** By the names of its networks: the address, empty when it has none. */
  readonly networks: Readonly<Record<string, { readonly address: string; readonly networkId: string }>>;
  /** Names of volumes by where they are mounted; anonymous ones too. */
  readonly volumes: Readonly<Record<string, string>>;
  /** The file of the json-file driver on the engine's host; empty for other drivers. */
  readonly logPath: string;
  readonly tty: boolean;
  /** How long it may take to stop before it is killed. */
  readonly graceSeconds: number;
}

/** What an engine gives a container that says nothing. (Docker Engine API, `StopTimeout`) */
const GRACE_SECONDS = 10;

/** How one container stands. @throws SampanError `not-found`. */
export async function containerState(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): Promise<ContainerState> {
  const path = `/containers/${encodeURIComponent(id)}/json`;
  const fields = await sendForFields(docker, { method: 'GET', path, ...options });
  const config = fieldsAt(fields, 'Config');
  return {
    id: textAt(fields, 'Id'),
    name: textAt(fields, 'Name').replace(/^\//, ''),
    imageId: textAt(fields, 'Image'),
    imageName: textAt(config, 'Image'),
    labels: textMapAt(config, 'Labels'),
    ...runningOf(fieldsAt(fields, 'State')),
    restartCount: numberAt(fields, 'RestartCount') ?? 0,
    networks: networksOf(fieldsAt(fieldsAt(fields, 'NetworkSettings'), 'Networks')),
    volumes: volumesOf(fields.Mounts),
    logPath: textAt(fields, 'LogPath'),
    tty: config.Tty === true,
    graceSeconds: numberAt(config, 'StopTimeout') ?? GRACE_SECONDS,
  };
}

function runningOf(
  state: Fields,
): Pick<
  ContainerState,
  | 'status'
  | 'health'
  | 'healthOutput'
  | 'exitCode'
  | 'oomKilled'
  | 'error'
  | 'pid'
  | 'startedAt'
  | 'finishedAt'
> {
  const health = fieldsAt(state, 'Health');
  const log = Array.isArray(health.Log) ? health.Log.filter(isFields) : [];
  return {
    status: oneOf(
      textAt(state, 'Status'),
      ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'],
      'dead',
    ),
    health: oneOf(textAt(health, 'Status'), ['starting', 'healthy', 'unhealthy'], 'none'),
    healthOutput: textAt(log.at(-1) ?? {}, 'Output')
      .trim()
      .slice(0, 500),
    exitCode: numberAt(state, 'ExitCode') ?? 0,
    oomKilled: state.OOMKilled === true,
    error: textAt(state, 'Error'),
    pid: numberAt(state, 'Pid') ?? 0,
    startedAt: textAt(state, 'StartedAt'),
    finishedAt: textAt(state, 'FinishedAt'),
  };
}

function oneOf<const T extends string, const U extends string>(
  text: string,
  known: readonly T[],
  other: U,
): T | U {
  return known.find(one => one === text) ?? other;
}

function networksOf(fields: Fields): ContainerState['networks'] {
  const found = Object.entries(fields).flatMap(([name, value]) =>
    isFields(value)
      ? [[name, { address: textAt(value, 'IPAddress'), networkId: textAt(value, 'NetworkID') }] as const]
      : [],
  );
  return Object.fromEntries(found);
}

function volumesOf(mounts: unknown): Readonly<Record<string, string>> {
  const list = Array.isArray(mounts) ? mounts.filter(isFields) : [];
  const volumes = list.filter(mount => textAt(mount, 'Type') === 'volume');
  return Object.fromEntries(volumes.map(mount => [textAt(mount, 'Destination'), textAt(mount, 'Name')]));
}

/** The IDs of the containers that have all these labels (`name` or `name=value`), ended ones too. */
export async function containerIds(
  docker: Docker,
  options: CallOptions & { readonly labels: readonly string[] },
): Promise<readonly string[]> {
  const query = { all: true, filters: JSON.stringify({ label: options.labels }) };
  const call = { method: 'GET', path: '/containers/json', query, signal: options.signal } as const;
  return (await sendForList(docker, call)).map(item => textAt(item, 'Id'));
}

/** The devices that a container was made with, as the engine was asked for them. (`HostConfig.Devices`) */
export async function containerDevices(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): Promise<readonly { readonly hostPath: string; readonly path: string }[]> {
  const path = `/containers/${encodeURIComponent(id)}/json`;
  const fields = await sendForFields(docker, { method: 'GET', path, ...options });
  const devices = fieldsAt(fields, 'HostConfig').Devices;
  return (Array.isArray(devices) ? devices.filter(isFields) : []).map(device => ({
    hostPath: textAt(device, 'PathOnHost'),
    path: textAt(device, 'PathInContainer'),
  }));
}

/** Gives it another name. */
export async function renameContainer(
  docker: Docker,
  id: string,
  options: CallOptions & { readonly name: string },
): Promise<void> {
  const { name, signal } = options;
  const path = `/containers/${encodeURIComponent(id)}/rename`;
  await sendOnly(docker, { method: 'POST', path, query: { name }, signal });
}

/** Whether a path is there in a container, whether it runs or not. */
export async function hasPath(
  docker: Docker,
  id: string,
  options: CallOptions & { readonly path: string },
): Promise<boolean> {
  const { path, signal } = options;
  const call = {
    method: 'HEAD',
    path: `/containers/${encodeURIComponent(id)}/archive`,
    query: { path },
    accept: [404],
    signal,
  } as const;
  return (await sendOnly(docker, call)) < 300;
}
