import {
  type BindMount,
  type ContainerUser,
  completeEnvironment,
  MASKED_PATHS,
  READ_ONLY_PATHS,
  type RunSpec,
} from '../engine/index.ts';
import type { SeccompProfile } from './seccomp.ts';

/** What of a run is decided before its configuration is written. */
export interface ConfigParts {
  readonly spec: RunSpec;
  readonly user: ContainerUser;
  readonly hostname: string;
  /** Without `CAP_`. */
  readonly capabilities: readonly string[];
  readonly seccomp: SeccompProfile | undefined;
  /** Absolute, such as `/sampan-x`; absent when no control group can be made. */
  readonly group: string | undefined;
  /** The `linux.resources` object. */
  readonly resources: object;
  readonly cgroupNamespace: boolean;
  readonly cgroupMount: boolean;
  /** Files of the host for `/etc/hosts`, `/etc/hostname`, `/etc/resolv.conf`. */
  readonly files: readonly BindMount[];
  /** A static init on the host. */
  readonly init: string | undefined;
  /** A command of the host that runs before the program does. */
  readonly gate: { readonly args: readonly string[]; readonly env: readonly string[] } | undefined;
}

/** Where the init is seen inside: `/dev` is a file system of its own, so nothing is left in the root. */
const INIT_PATH = '/dev/init';

/** The runtime configuration (OCI runtime specification, config.md and config-linux.md), with Docker's defaults. */
export function runtimeConfig(parts: ConfigParts): object {
  const { spec } = parts;
  return {
    ociVersion: '1.0.2',
    hostname: parts.hostname,
    root: { path: spec.rootfs, readonly: spec.readOnly ?? false },
    process: processOf(parts),
    mounts: [
      ...systemMounts(parts.cgroupMount),
      ...parts.files.map(bind),
      ...(spec.mounts ?? []).map(bind),
      ...(parts.init === undefined ? [] : [bind({ source: parts.init, target: INIT_PATH, readOnly: true })]),
    ],
    ...(parts.gate === undefined ? {} : { hooks: hooksOf(parts.gate) }),
    linux: {
      namespaces: namespaces(parts.cgroupNamespace),
      resources: parts.resources,
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READ_ONLY_PATHS,
      ...(parts.group === undefined ? {} : { cgroupsPath: parts.group }),
      ...(parts.seccomp === undefined ? {} : { seccomp: parts.seccomp }),
    },
  };
}

/** The `process` object for a command, of the run itself or beside it. */
export function processObject(options: {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: ContainerUser;
  readonly capabilities: readonly string[];
}): object {
  const { user } = options;
  const names = options.capabilities.map(name => `CAP_${name}`);
  // Who is not root holds none, but may regain what the bounding set has through set-user-ID programs.
  const held = user.uid === 0 ? names : [];
  return {
    terminal: false,
    args: options.args,
    env: options.env,
    cwd: options.cwd,
    user: { uid: user.uid, gid: user.gid, additionalGids: user.groups },
    capabilities: { bounding: names, permitted: held, effective: held, inheritable: [], ambient: [] },
    noNewPrivileges: false,
  };
}

function processOf(parts: ConfigParts): object {
  const { spec, user, hostname, capabilities } = parts;
  const env = completeEnvironment(spec.env, { hostname, home: user.home });
  const args = parts.init === undefined ? spec.args : [INIT_PATH, '--', ...spec.args];
  return processObject({ args, env, cwd: absolute(spec.workingDirectory), user, capabilities });
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function namespaces(cgroup: boolean): readonly { readonly type: string }[] {
  const types = ['pid', 'ipc', 'uts', 'mount', 'network', ...(cgroup ? ['cgroup'] : [])];
  return types.map(type => ({ type }));
}

function bind(mount: BindMount): object {
  const options = ['rbind', 'rprivate', mount.readOnly ? 'ro' : 'rw'];
  return { destination: absolute(mount.target), type: 'bind', source: mount.source, options };
}

function systemMounts(cgroup: boolean): readonly object[] {
  const mount = (destination: string, type: string, options: string, source = type) => ({
    destination,
    type,
    source,
    options: options.split(','),
  });
  return [
    mount('/proc', 'proc', 'nosuid,noexec,nodev'),
    mount('/dev', 'tmpfs', 'nosuid,strictatime,mode=755,size=65536k'),
    mount('/dev/pts', 'devpts', 'nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5'),
    mount('/sys', 'sysfs', 'nosuid,noexec,nodev,ro'),
    ...(cgroup ? [mount('/sys/fs/cgroup', 'cgroup', 'ro,nosuid,noexec,nodev,relatime')] : []),
    mount('/dev/mqueue', 'mqueue', 'nosuid,noexec,nodev'),
    mount('/dev/shm', 'tmpfs', 'nosuid,noexec,nodev,mode=1777,size=67108864', 'shm'),
  ];
}

function hooksOf(gate: NonNullable<ConfigParts['gate']>): object {
  const hook = { path: gate.args[0], args: gate.args, env: gate.env };
  return { createRuntime: [hook] };
}
