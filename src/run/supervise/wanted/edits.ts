import type { DeviceRequest, Mount } from '../../compose/index.ts';

/** A node of the host that a container gets at its start. */
export interface DeviceNode {
  readonly hostPath: string;
  readonly path: string;
  /** Some of `rwm`. */
  readonly permissions: string;
}

/** What devices ask of a container, besides what its service says. */
export interface ContainerEdits {
  readonly devices: readonly DeviceNode[];
  /** `c 188:* rmw`: what the control group allows, also for nodes that come later. */
  readonly deviceRules: readonly string[];
  /** Supplementary groups, by number. */
  readonly groups: readonly string[];
  readonly mounts: readonly Mount[];
  readonly environment: Readonly<Record<string, string>>;
  /** Requests that the engine resolves itself: CDI names, GPUs. */
  readonly requests: readonly DeviceRequest[];
  /** Makes nodes itself no more: what is needed is made from outside. */
  readonly dropsMknod: boolean;
}

/** A container without devices. */
export const NO_EDITS: ContainerEdits = {
  devices: [],
  deviceRules: [],
  groups: [],
  mounts: [],
  environment: {},
  requests: [],
  dropsMknod: false,
};
