/** A CDI document: how devices of one kind are given to containers. Fields are those of the CDI specification 1.1.0. */
export interface CdiDocument {
  readonly cdiVersion: string;
  /** `vendor/class`. */
  readonly kind: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly devices: readonly CdiDevice[];
  /** For all of its devices. */
  readonly containerEdits?: CdiEdits;
}

/** One device, asked for as `vendor/class=name`. */
export interface CdiDevice {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly containerEdits: CdiEdits;
}

/** What changes in a container. */
export interface CdiEdits {
  /** `NAME=value`. */
  readonly env?: readonly string[];
  readonly deviceNodes?: readonly CdiNode[];
  /** Since 1.1.0. */
  readonly netDevices?: readonly CdiNetDevice[];
  readonly mounts?: readonly CdiMount[];
  readonly hooks?: readonly CdiHook[];
  /** Since 0.7.0. */
  readonly intelRdt?: CdiIntelRdt;
  /** Since 0.7.0. */
  readonly additionalGids?: readonly number[];
}

/** A device node. */
export interface CdiNode {
  /** Inside. */
  readonly path: string;
  /** As `path` unless told. Since 0.5.0. */
  readonly hostPath?: string;
  readonly type?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly fileMode?: number;
  /** Some of `rwm`, or `none`. */
  readonly permissions?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A network interface of the host. */
export interface CdiNetDevice {
  readonly hostInterfaceName: string;
  readonly name: string;
}

/** A mount. */
export interface CdiMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly options?: readonly string[];
  /** Since 0.4.0. */
  readonly type?: string;
}

/** A program of the host that the runtime runs. */
export interface CdiHook {
  readonly hookName: string;
  readonly path: string;
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly timeout?: number;
}

/** Cache and memory bandwidth. `enableCMT` and `enableMBM` are gone in 1.1.0, the last two came with it. */
export interface CdiIntelRdt {
  readonly closID?: string;
  readonly l3CacheSchema?: string;
  readonly memBwSchema?: string;
  readonly enableCMT?: boolean;
  readonly enableMBM?: boolean;
  readonly schemata?: readonly string[];
  readonly enableMonitoring?: boolean;
}
