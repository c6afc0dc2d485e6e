import type { ComposeFile } from '../compose/index.ts';
import type { Dockerfile } from '../dockerfile/index.ts';
import type { Span } from '../source/index.ts';

/** How much a finding weighs: `error` breaks or endangers, `warning` costs, `info` could be better. */
export type Severity = 'error' | 'warning' | 'info';

/** What a rule is about; the pages are grouped by it. */
export type Topic =
  | 'base image'
  | 'stages'
  | 'packages'
  | 'layers'
  | 'copy'
  | 'cache'
  | 'build'
  | 'start'
  | 'safety'
  | 'clarity'
  | 'limits'
  | 'devices';

/** Text to put in the place of a span; an empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** What a rule found. */
export interface Found {
  readonly span: Span;
  /** What is wrong here and what to write; one sentence or two, lower case. */
  readonly message: string;
  /** What makes it right without changing what the file means. */
  readonly edits?: readonly Edit[];
  /** Further places at which a comment may say that this finding is meant: the head of a service. */
  readonly anchors?: readonly Span[];
}

/** What a rule says of itself; its page is made of this. */
export interface RuleText {
  /** Stable: it stands in files of users. */
  readonly id: string;
  readonly topic: Topic;
  readonly severity: Severity;
  /** Only on request, in `.sampan.yaml`. */
  readonly off?: true;
  /** One line, lower case. */
  readonly summary: string;
  /** Why it matters on a device. */
  readonly why: string;
  /** A whole file that has it. */
  readonly bad: string;
  /** The same file without it. */
  readonly good: string;
  /** Ids of the rules of other tools that it covers. */
  readonly covers?: readonly string[];
  /** Some of its findings can be mended by `--fix`. */
  readonly fixable?: true;
}

/** What a rule may know besides the file. */
export interface Surroundings {
  /** The text of `.dockerignore` beside the Dockerfile; null where there is none, undefined where nobody looked. */
  readonly dockerignore: string | null | undefined;
  /** Registries that base images may come from; empty for any. */
  readonly registries: readonly string[];
  /** Labels that the image must have. */
  readonly labels: readonly string[];
}

/** A rule about Dockerfiles. */
export interface DockerfileRule extends RuleText {
  readonly kind: 'dockerfile';
  check(file: Dockerfile, around: Surroundings): Iterable<Found>;
}

/** A rule about Compose files. */
export interface ComposeRule extends RuleText {
  readonly kind: 'compose';
  check(file: ComposeFile): Iterable<Found>;
}

/** Any rule. */
export type Rule = DockerfileRule | ComposeRule;

/** Makes a rule about Dockerfiles. */
export function dockerfileRule(rule: Omit<DockerfileRule, 'kind'>): DockerfileRule {
  return { kind: 'dockerfile', ...rule };
}

/** Makes a rule about Compose files. */
export function composeRule(rule: Omit<ComposeRule, 'kind'>): ComposeRule {
  return { kind: 'compose', ...rule };
}
