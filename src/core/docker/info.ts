import { type CallOptions, type Docker, sendForFields } from './client.ts';
import { numberAt, textAt, textsAt } from './json.ts';

/** What an engine says about itself and its machine. */
export interface EngineInfo {
  readonly serverVersion: string;
  readonly operatingSystem: string;
  /** As `uname -m` names it: `x86_64`. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The storage driver, such as `overlay2`, or `overlayfs` for the containerd image store. */
  readonly storageDriver: string;
  readonly cgroupVersion: number;
  /** Where it keeps its data. */
  readonly dataDirectory: string;
  /** Its images live in containerd's store, and not in a graph driver. */
  readonly containerdStore: boolean;
  /** What the kernel can limit, as the engine sees it. */
  readonly limits: {
    readonly memory: boolean;
    readonly swap: boolean;
    readonly cpu: boolean;
    readonly cpuset: boolean;
    readonly pids: boolean;
  };
  /** It gives CDI devices to containers. (Engine API 1.44 and newer) */
  readonly hasCdi: boolean;
  readonly loggingDriver: string;
}

/** Asks for it. */
export async function engineInfo(docker: Docker, options: CallOptions = {}): Promise<EngineInfo> {
  const fields = await sendForFields(docker, { method: 'GET', path: '/info', ...options });
  return {
    serverVersion: textAt(fields, 'ServerVersion'),
    operatingSystem: textAt(fields, 'OperatingSystem'),
    architecture: textAt(fields, 'Architecture'),
    cpus: numberAt(fields, 'NCPU') ?? 0,
    memoryBytes: numberAt(fields, 'MemTotal') ?? 0,
    storageDriver: textAt(fields, 'Driver'),
    cgroupVersion: Number(textAt(fields, 'CgroupVersion')) || 1,
    dataDirectory: textAt(fields, 'DockerRootDir'),
    containerdStore: JSON.stringify(fields.DriverStatus ?? '').includes('io.containerd.snapshotter'),
    limits: {
      memory: fields.MemoryLimit === true,
      swap: fields.SwapLimit === true,
      cpu: fields.CpuCfsQuota === true,
      cpuset: fields.CPUSet === true,
      pids: fields.PidsLimit === true,
    },
    hasCdi: textsAt(fields, 'CDISpecDirs').length > 0,
    loggingDriver: textAt(fields, 'LoggingDriver'),
  };
}
