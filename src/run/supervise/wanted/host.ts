import type { Mount, Port } from '../../compose/index.ts';
import { type BodyOptions, defined, type Json } from './options.ts';

/** `HostConfig` of a container. (Docker Engine API, `ContainerCreate`) */
export function hostConfig(options: BodyOptions): Json {
  const { service, defaults, edits, shared } = options;
  const { written } = service;
  return defined({
    NetworkMode: shared(service.networkMode) ?? service.networkMode,
    IpcMode: shared(written.ipc) ?? written.ipc,
    PidMode: shared(written.pid) ?? written.pid,
    UTSMode: written.uts,
    UsernsMode: written.userns_mode,
    CgroupnsMode: written.cgroup,
    CgroupParent: written.cgroup_parent,
    Runtime: written.runtime,
    Privileged: written.privileged,
    ReadonlyRootfs: written.read_only,
    CapAdd: written.cap_add,
    CapDrop: [...(written.cap_drop ?? []), ...(edits.dropsMknod ? ['MKNOD'] : [])],
    SecurityOpt: defaults.securityOptions,
    Sysctls: record(written.sysctls),
    GroupAdd: [...(written.group_add ?? []), ...edits.groups],
    Init: defaults.hasInit,
    ShmSize: written.shm_size,
    OomKillDisable: written.oom_kill_disable,
    OomScoreAdj: written.oom_score_adj,
    StorageOpt: record(written.storage_opt),
    Annotations: record(written.annotations),
    Dns: written.dns,
    DnsOptions: written.dns_opt,
    DnsSearch: written.dns_search,
    ExtraHosts: [...(written.extra_hosts ?? [])].flatMap(([name, addresses]) =>
      addresses.map(address => `${name}:${address}`),
    ),
    Ulimits: [...(written.ulimits ?? [])].map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard })),
    LogConfig: defaults.logging && { Type: defaults.logging.driver, Config: defaults.logging.options },
    RestartPolicy: { Name: defaults.restart.name, MaximumRetryCount: defaults.restart.maxRetries ?? 0 },
    PortBindings: bindingsOf(written.ports ?? []),
    ...mountsOf([...service.mounts, ...options.files, ...edits.mounts]),
    ...devicesOf(options),
    ...resourcesOf(options),
  });
}

function record(values: ReadonlyMap<string, string> | undefined): Json | undefined {
  return values === undefined ? undefined : Object.fromEntries(values);
}

function bindingsOf(ports: readonly Port[]): Json {
  const bindings: Record<string, { readonly HostIp: string; readonly HostPort: string }[]> = {};
  for (const { target, protocol, published, publishedTo, hostIp = '' } of ports) {
    const key = `${target}/${protocol}`;
    bindings[key] = [
      ...(bindings[key] ?? []),
      { HostIp: hostIp, HostPort: [published, publishedTo].filter(one => one !== undefined).join('-') },
    ];
  }
  return bindings;
}

/** The engine makes missing directories only for `Binds`; `Mounts` can say all the rest. */
function mountsOf(mounts: readonly Mount[]): Json {
  const isBind = ({ type, createsHostPath, selinux, recursive }: Mount): boolean =>
    type === 'bind' && recursive === undefined && (createsHostPath === true || selinux !== undefined);
  const isPlainTmpfs = ({ type, options }: Mount): boolean => type === 'tmpfs' && options !== undefined;
  return {
    Binds: mounts.filter(isBind).map(({ source, target, isReadOnly, selinux, propagation }) => {
      const more = [isReadOnly ? 'ro' : 'rw', selinux, propagation].filter(one => one !== undefined);
      return `${source}:${target}:${more.join(',')}`;
    }),
    Tmpfs: Object.fromEntries(mounts.filter(isPlainTmpfs).map(({ target, options }) => [target, options])),
    Mounts: mounts.filter(mount => !isBind(mount) && !isPlainTmpfs(mount)).map(mountOf),
  };
}

function mountOf(mount: Mount): Json {
  const { type, source, target, isReadOnly, isUncopied, subpath, labels, sizeBytes, mode } = mount;
  const isVolume = isUncopied !== undefined || subpath !== undefined || labels !== undefined;
  return defined({
    Type: type,
    Source: source,
    Target: target,
    ReadOnly: isReadOnly,
    BindOptions: bindOptions(mount),
    VolumeOptions: isVolume
      ? defined({ NoCopy: isUncopied, Subpath: subpath, Labels: record(labels) })
      : undefined,
    TmpfsOptions: type === 'tmpfs' ? defined({ SizeBytes: sizeBytes, Mode: mode }) : undefined,
  });
}

function bindOptions({ type, propagation, recursive, createsHostPath }: Mount): Json | undefined {
  const options = defined({
    Propagation: propagation,
    NonRecursive: recursive === 'disabled' ? true : undefined,
    ReadOnlyNonRecursive: recursive === 'writable' ? true : undefined,
    ReadOnlyForceRecursive: recursive === 'readonly' ? true : undefined,
    CreateMountpoint: recursive !== undefined && createsHostPath === true ? true : undefined,
  });
  return type === 'bind' && Object.keys(options).length > 0 ? options : undefined;
}

function devicesOf({ service: { written }, edits }: BodyOptions): Json {
  const mapped = (written.devices ?? []).flatMap(device =>
    'cdi' in device
      ? []
      : { PathOnHost: device.source, PathInContainer: device.target, CgroupPermissions: device.permissions },
  );
  const given = edits.devices.map(({ hostPath, path, permissions }) => ({
    PathOnHost: hostPath,
    PathInContainer: path,
    CgroupPermissions: permissions,
  }));
  return {
    Devices: [...mapped, ...given],
    DeviceCgroupRules: [...(written.device_cgroup_rules ?? []), ...edits.deviceRules],
    DeviceRequests: edits.requests.map(({ driver, count, deviceIds, capabilities, options }) =>
      defined({
        Driver: driver,
        Count: deviceIds === undefined ? (count ?? -1) : undefined,
        DeviceIDs: deviceIds,
        Capabilities: [capabilities],
        Options: options && Object.fromEntries(options),
      }),
    ),
  };
}

function resourcesOf({ service: { written }, defaults: { limits } }: BodyOptions): Json {
  const micro = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.round(ms * 1000);
  const blkio = written.blkio_config ?? {};
  const rates = (list: typeof blkio.device_read_bps): Json[] | undefined =>
    list?.map(({ path, rate }) => ({ Path: path, Rate: rate }));
  return {
    Memory: limits.memory,
    MemoryReservation: limits.memoryReservation,
    MemorySwap: limits.memorySwap,
    MemorySwappiness: written.mem_swappiness,
    NanoCpus: limits.cpus === undefined ? undefined : Math.round(limits.cpus * 1e9),
    CpuShares: written.cpu_shares,
    CpuPeriod: micro(written.cpu_period),
    CpuQuota: micro(written.cpu_quota),
    CpuRealtimePeriod: micro(written.cpu_rt_period),
    CpuRealtimeRuntime: micro(written.cpu_rt_runtime),
    CpusetCpus: written.cpuset,
    PidsLimit: limits.pids,
    BlkioWeight: blkio.weight,
    BlkioWeightDevice: blkio.weight_device?.map(({ path, weight }) => ({ Path: path, Weight: weight })),
    BlkioDeviceReadBps: rates(blkio.device_read_bps),
    BlkioDeviceWriteBps: rates(blkio.device_write_bps),
    BlkioDeviceReadIOps: rates(blkio.device_read_iops),
    BlkioDeviceWriteIOps: rates(blkio.device_write_iops),
  };
}
