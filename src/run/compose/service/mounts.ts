import {
  bytes,
  changed,
  either,
  filledPairs,
  flag,
  integer,
  listOf,
  type Of,
  object,
  oneOf,
  type Read,
  scalar,
  text,
  unused,
  word,
  wrong,
} from '../shape/index.ts';

/** What is mounted into a container. A relative source is relative to the file that says it. */
export interface Mount {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** A path of the host, or the name of a volume; absent for an anonymous volume and for tmpfs. */
  readonly source?: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  readonly propagation?: 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
  /** Make the directory of the host when it is not there. */
  readonly createsHostPath?: boolean;
  /** Relabel for SELinux: shared (`z`) or private (`Z`). */
  readonly selinux?: 'z' | 'Z';
  readonly isUncopied?: boolean;
  readonly subpath?: string;
  readonly sizeBytes?: number;
  readonly mode?: number;
  /** Of a tmpfs, as `mount` takes them: `size=64m,noexec`. */
  readonly options?: string;
  /** What of the mounts below a directory of the host comes along, and which of it can be written. */
  readonly recursive?: 'enabled' | 'disabled' | 'writable' | 'readonly';
  /** Of an anonymous volume. */
  readonly labels?: ReadonlyMap<string, string>;
}

const PROPAGATION = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'] as const;

/** File modes as people write them: `0440`, `"0755"`. */
export const fileMode: Read<number> = scalar('a file mode such as 0440', value => {
  return /^(0o?)?[0-7]{1,4}$/.test(value) ? Number.parseInt(value.replace(/^0o/, ''), 8) : undefined;
});

const shortMount: Read<Mount> = changed(word, (value, node, to) => {
  const parts = value.split(':');
  if (parts.length > 3) return wrong(to, node, `${JSON.stringify(value)} is not [SOURCE:]TARGET[:OPTIONS]`);
  const [first = '', second, options = ''] = parts;
  const target = second ?? first;
  if (!target.startsWith('/'))
    return wrong(to, node, `the target ${JSON.stringify(target)} is not an absolute path`);
  if (second === undefined) return { type: 'volume', target, isReadOnly: false };
  const isPath = /^[./~]/.test(first);
  const mount: Mount = {
    type: isPath ? 'bind' : 'volume',
    source: first,
    target,
    isReadOnly: false,
    ...(isPath ? { createsHostPath: true } : {}),
  };
  return options
    .split(',')
    .filter(Boolean)
    .reduce<Mount | undefined>((sum, option) => {
      const next = sum === undefined ? undefined : withOption(sum, option);
      return (
        next ??
        wrong(
          to,
          node,
          `the option ${option} of a volume is not known`,
          'ro, rw, z, Z, nocopy or a propagation',
        )
      );
    }, mount);
});

function withOption(mount: Mount, option: string): Mount | undefined {
  if (option === 'ro' || option === 'rw') return { ...mount, isReadOnly: option === 'ro' };
  if (option === 'z' || option === 'Z') return { ...mount, selinux: option };
  if (option === 'nocopy') return { ...mount, isUncopied: true };
  if (['cached', 'delegated', 'consistent'].includes(option)) return mount;
  const propagation = PROPAGATION.find(one => one === option);
  return propagation === undefined ? undefined : { ...mount, propagation };
}

const LONG = {
  type: oneOf('bind', 'volume', 'tmpfs', 'image', 'cluster', 'npipe'),
  source: word,
  target: word,
  read_only: flag,
  consistency: unused('files of the host are the same in the container at once'),
  bind: object({
    propagation: oneOf(...PROPAGATION),
    create_host_path: flag,
    selinux: oneOf('z', 'Z'),
    recursive: oneOf('enabled', 'disabled', 'writable', 'readonly'),
  }),
  volume: object({ nocopy: flag, subpath: word, labels: filledPairs }),
  tmpfs: object({ size: bytes, mode: fileMode }),
  image: object({ subpath: text }),
};

const longMount: Read<Mount> = changed(object(LONG), (value: Of<typeof LONG>, node, to) => {
  const { type = 'volume', source, target, bind = {}, volume = {}, tmpfs = {} } = value;
  if (target?.startsWith('/') !== true) return wrong(to, node, 'needs an absolute path as its target');
  if (type !== 'bind' && type !== 'volume' && type !== 'tmpfs')
    return wrong(to, node, `mounts of type ${type} are not supported`, 'bind, volume or tmpfs');
  if (type === 'bind' && source === undefined) return wrong(to, node, 'needs a source: the path of the host');
  return {
    type,
    target,
    isReadOnly: value.read_only ?? false,
    ...(source === undefined || type === 'tmpfs' ? {} : { source }),
    ...(bind.propagation === undefined ? {} : { propagation: bind.propagation }),
    ...(type === 'bind' ? { createsHostPath: bind.create_host_path ?? true } : {}),
    ...(bind.recursive === undefined ? {} : { recursive: bind.recursive }),
    ...(volume.labels === undefined ? {} : { labels: volume.labels }),
    ...(bind.selinux === undefined ? {} : { selinux: bind.selinux }),
    ...(volume.nocopy === undefined ? {} : { isUncopied: volume.nocopy }),
    ...(volume.subpath === undefined ? {} : { subpath: volume.subpath }),
    ...(tmpfs.size === undefined ? {} : { sizeBytes: tmpfs.size }),
    ...(tmpfs.mode === undefined ? {} : { mode: tmpfs.mode }),
  };
});

/** `volumes` of a service. */
export const mounts: Read<readonly Mount[]> = listOf(either(shortMount, longMount));

/** `tmpfs` of a service: `/run:size=64m,mode=1777`. */
export const tmpfsMounts: Read<readonly Mount[]> = listOf(
  changed(word, (value, node, to): Mount | undefined => {
    const [target = '', options = ''] = value.split(':', 2);
    if (!target.startsWith('/')) return wrong(to, node, `${JSON.stringify(target)} is not an absolute path`);
    const size = /(?:^|,)size=([^,]*)/.exec(options)?.[1];
    if (size !== undefined && !/^\d{1,12}([kmg]b?|%)?$/i.test(size))
      return wrong(to, node, `size=${size} is not a size such as size=64m`);
    return { type: 'tmpfs', target, isReadOnly: false, ...(options === '' ? {} : { options }) };
  }),
);

/** A configuration or secret that a service gets as a file. */
export interface FileGrant {
  /** The name under `configs` or `secrets`. */
  readonly source: string;
  /** Where; relative to `/` for configurations and `/run/secrets` for secrets. */
  readonly target?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: number;
}

const id: Read<string> = changed(integer(0, 0xffff_fffe), String);
const GRANT = { source: word, target: word, uid: id, gid: id, mode: fileMode };

/** `configs` and `secrets` of a service. */
export const fileGrants: Read<readonly FileGrant[]> = listOf(
  either(
    changed(word, (source): FileGrant => ({ source })),
    changed(object(GRANT), ({ source, ...more }, node, to): FileGrant | undefined =>
      source === undefined ? wrong(to, node, 'needs a source') : { source, ...more },
    ),
  ),
);

/** A file of variables. */
export interface EnvFile {
  readonly path: string;
  readonly isRequired: boolean;
  /** Nothing is replaced in its values. */
  readonly isRaw: boolean;
}

/** `env_file` and `label_file` of a service. */
export const envFiles: Read<readonly EnvFile[]> = listOf(
  either(
    changed(word, (path): EnvFile => ({ path, isRequired: true, isRaw: false })),
    changed(
      object({ path: word, required: flag, format: oneOf('raw') }),
      ({ path, required, format }, node, to) =>
        path === undefined
          ? wrong(to, node, 'needs a path')
          : { path, isRequired: required ?? true, isRaw: format === 'raw' },
    ),
  ),
);

/** Permissions of people and groups, by name or number, as texts. */
export const groups: Read<readonly string[]> = listOf(text);

/** A number of a user or group. */
export const idNumber: Read<number> = integer(0, 0xffff_fffe);
