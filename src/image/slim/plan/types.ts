import type { ImageConfig } from '../../../core/oci/index.ts';
import type { Tree } from '../../tree/index.ts';
import type { Evidence } from '../evidence/index.ts';
import type { Knowledge } from './knowledge.ts';

/** How much goes: `safe` needs no run, `balanced` keeps what no run reached but could, `tight` does not. */
export type Level = 'safe' | 'balanced' | 'tight';

/** Which kind of evidence keeps a path. */
export type ReasonKind =
  | 'entry'
  | 'footprint'
  | 'library'
  | 'import'
  | 'app'
  | 'rule'
  | 'package'
  | 'link'
  | 'directory'
  | 'looked-up'
  | 'user'
  | 'not-waste';

/** Why a path is kept. */
export interface Reason {
  readonly kind: ReasonKind;
  /** For people, in a few words: `import yaml`, `NEEDED libssl.so.3`. */
  readonly text: string;
  /** The path that asks for it, whose own reason goes on with the chain. */
  readonly by?: string;
}

/** Why a path is dropped. */
export interface Drop {
  /** A category of waste (`documentation`, …), or `unused`, or `user` for `--drop`. */
  readonly category: string;
  /** The package of the operating system that it belongs to. */
  readonly owner?: string;
}

/** Which of the new layers a path goes into. */
export type LayerGroup = 'os' | 'dependencies' | 'app';

/** What a plan is made of that needs no run. */
export interface PlanGround {
  readonly tree: Tree;
  readonly config: ImageConfig;
  readonly level: Level;
  readonly knowledge: Knowledge;
  /** Command lines besides the entry point that must work: the health check, `--exec` probes. */
  readonly commands: readonly (readonly string[])[];
  /** Besides the image's own, as `NAME=value`. */
  readonly env: readonly string[];
  readonly keep: readonly string[];
  readonly drop: readonly string[];
}

/** What a plan is made of. */
export interface PlanInput extends PlanGround {
  readonly evidence: Evidence;
}

/** What is kept, and why; all else goes. Nothing is done yet. Paths are real paths of the tree, sorted. */
export interface SlimPlan {
  readonly level: Level;
  readonly kept: ReadonlyMap<string, Reason>;
  readonly groups: ReadonlyMap<string, LayerGroup>;
  /** Files that the new image has besides: reduced package databases. */
  readonly written: ReadonlyMap<string, Uint8Array>;
  /** Names of the packages of the operating system that stay (with at least one file), and that go. */
  readonly packages: { readonly kept: readonly string[]; readonly dropped: readonly string[] };
}
