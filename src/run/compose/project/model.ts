import type { Node, Place, Problem } from '../node/index.ts';
import type { Attachment, Mount, RestartPolicy, WrittenService } from '../service/index.ts';
import type { ProjectSource } from './source.ts';

/** A Compose file with all that it names, ready to be compared with what runs. */
export interface Project {
  readonly name: string;
  /** Where relative paths start. */
  readonly directory: string;
  /** Every file that was read. */
  readonly files: readonly string[];
  /** Those of the active profiles, in the order of the files. */
  readonly services: ReadonlyMap<string, Service>;
  /** Services of other profiles: known, and left alone. */
  readonly inactive: readonly string[];
  /** Those that a service is in, by their names in the file. */
  readonly networks: ReadonlyMap<string, Network>;
  readonly volumes: ReadonlyMap<string, Volume>;
  /** What a person should know, and what does not stop anything. */
  readonly notices: readonly Problem[];
  /** What it was read from. */
  readonly source: ProjectSource;
}

/** One service, with what needs other parts of the file resolved. */
export interface Service {
  readonly name: string;
  /** Where its name stands. */
  readonly place: Place;
  readonly image: string;
  /** How many containers. */
  readonly scale: number;
  /** Each with where its value comes from. */
  readonly environment: ReadonlyMap<string, Variable>;
  readonly labels: ReadonlyMap<string, string>;
  /** Volumes by their full names, paths absolute. */
  readonly mounts: readonly Mount[];
  /** Configurations and secrets. */
  readonly files: readonly GrantedFile[];
  /** By the names in the file; empty when `networkMode` says otherwise. */
  readonly networks: ReadonlyMap<string, Attachment>;
  readonly networkMode: string | undefined;
  readonly limits: Limits;
  readonly restart: RestartPolicy | undefined;
  readonly dependsOn: ReadonlyMap<string, Dependency>;
  /** All the rest, as it is written. */
  readonly written: WrittenService;
  /** What it was read from: all files joined, each value with its place. */
  readonly node: Node;
}

/** A service that is needed first. */
export interface Dependency {
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  /** It is started again when that one is changed. */
  readonly isRestarted: boolean;
  readonly isRequired: boolean;
}

/** A value in the environment of a container. */
export interface Variable {
  readonly value: string;
  /** The file of the project, one of its `env_file`, or what is outside: a name without a value. */
  readonly origin: 'file' | 'env_file' | 'outside';
  /** Where its name stands. */
  readonly place: Place;
  /** Variables that are set and stand in the value. */
  readonly variables: readonly string[];
}

/** A file in a container that the project gives: bound from the host, or written from a text. */
export interface GrantedFile {
  readonly kind: 'config' | 'secret';
  readonly name: string;
  readonly target: string;
  /** A file of the host. */
  readonly file?: string;
  /** Its text, where the file of the project has it. */
  readonly content?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly mode?: number;
}

/** Bytes, processors and processes; -1 for no limit. */
export interface Limits {
  readonly memory?: number;
  readonly memoryReservation?: number;
  /** Memory and swap together. */
  readonly memorySwap?: number;
  readonly cpus?: number;
  readonly pids?: number;
}

/** A network. */
export interface Network {
  /** As the engine knows it. */
  readonly name: string;
  readonly isExternal: boolean;
  readonly driver?: string;
  readonly options: ReadonlyMap<string, string>;
  readonly isInternal: boolean;
  readonly isAttachable: boolean;
  readonly hasIpv6?: boolean;
  readonly ipam: readonly {
    readonly subnet?: string;
    readonly gateway?: string;
    readonly ipRange?: string;
    readonly auxiliary?: ReadonlyMap<string, string>;
  }[];
  readonly ipamDriver?: string;
  readonly ipamOptions?: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
}

/** A volume. */
export interface Volume {
  /** As the engine knows it. */
  readonly name: string;
  readonly isExternal: boolean;
  readonly driver?: string;
  readonly options: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
}
