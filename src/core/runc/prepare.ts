import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cgroups, parseCgroups } from '../cgroup/index.ts';
import {
  type ContainerUser,
  checkArchitecture,
  chooseCapabilities,
  hostArchitecture,
  type RunSpec,
  resolveUser,
} from '../engine/index.ts';
import { SampanError } from '../errors/index.ts';
import type { Work } from '../work/index.ts';
import { boundingCapabilities } from './capabilities.ts';
import { runtimeConfig } from './config.ts';
import { writeEtcFiles } from './files.ts';
import { findInit } from './init.ts';
import { planLimits } from './limits.ts';
import type { Runtime } from './runtime.ts';
import { seccompProfile } from './seccomp.ts';

/** A run whose bundle is written, and that is not started. */
export interface Prepared {
  readonly work: Work;
  readonly spec: RunSpec;
  readonly cgroups: Cgroups;
  /** Its control group, if it can have one. */
  readonly group: string | undefined;
  readonly capabilities: readonly string[];
  readonly hostname: string;
  readonly warnings: readonly string[];
  readonly paths: RunPaths;
  readonly gated: boolean;
}

/** The files of a run, in its work directory. */
export interface RunPaths {
  readonly bundle: string;
  /** The runtime's state directory. */
  readonly root: string;
  readonly log: string;
  readonly pidFile: string;
  /** The gate writes the container's state here, and waits for the other to appear. */
  readonly gateState: string;
  readonly gateOpen: string;
}

/** What is wrong with a request can be told before anything is made: user, architecture, root directory. */
export interface Checked {
  readonly spec: RunSpec;
  readonly user: ContainerUser;
  readonly emulated: boolean;
}

/** @throws SampanError `usage`, `not-found`, `unsupported` */
export function checkSpec(spec: RunSpec): Checked {
  if (spec.args.length === 0) throw new SampanError('usage', 'there is no program to run');
  const emulated = checkArchitecture(spec.architecture) === 'emulated';
  const rootfs = realRoot(spec.rootfs);
  return { spec: { ...spec, rootfs }, user: resolveUser(rootfs, spec.user), emulated };
}

/** Records what will be made, and writes the bundle. */
export function prepareRun(
  runtime: Runtime,
  checked: Checked,
  options: { readonly work: Work; readonly gated: boolean; readonly searchPath: string },
): Prepared {
  const { work, gated } = options;
  const { spec } = checked;
  const paths = runPaths(work.path);
  const cgroups = parseCgroups(readFileSync('/proc/self/mountinfo', 'utf8'));
  const group = `/sampan-${work.id}`;
  const limits = planLimits(cgroups, group, spec.limits ?? {});
  const capabilities = allowedCapabilities(spec);
  const hostname = spec.hostname ?? work.id.slice(0, 12);
  work.record({ kind: 'processes' });
  work.record({ kind: 'runtime', program: runtime.program, root: paths.root, id: work.id });
  if (limits.grouped) work.record({ kind: 'cgroup', group });
  mkdirSync(paths.root, { mode: 0o700 });
  mkdirSync(paths.bundle, { mode: 0o700 });
  const config = runtimeConfig({
    spec,
    user: checked.user,
    hostname,
    capabilities: capabilities.given,
    seccomp:
      runtime.seccomp && !checked.emulated
        ? seccompProfile(hostArchitecture(), capabilities.given)
        : undefined,
    group: limits.grouped ? group : undefined,
    resources: limits.resources,
    cgroupNamespace: cgroups.version === 2,
    cgroupMount: limits.grouped,
    files: writeEtcFiles(join(work.path, 'etc'), hostname),
    init: spec.init === true ? findInit(options.searchPath) : undefined,
    gate: gated ? gateOf(work, paths) : undefined,
  });
  writeFileSync(join(paths.bundle, 'config.json'), JSON.stringify(config));
  const warnings = [...limits.warnings, ...capabilities.warnings];
  return {
    work,
    spec,
    cgroups,
    group: limits.grouped ? group : undefined,
    capabilities: capabilities.given,
    hostname,
    warnings,
    paths,
    gated,
  };
}

function realRoot(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new SampanError('not-found', `the root file system ${path} is not there`, { cause: error });
  }
}

function runPaths(work: string): RunPaths {
  return {
    bundle: join(work, 'bundle'),
    root: join(work, 'runtime'),
    log: join(work, 'runtime.log'),
    pidFile: join(work, 'pid'),
    gateState: join(work, 'gate.json'),
    gateOpen: join(work, 'gate.open'),
  };
}

function allowedCapabilities(spec: RunSpec): {
  readonly given: readonly string[];
  readonly warnings: readonly string[];
} {
  const all = boundingCapabilities();
  const wanted = chooseCapabilities(
    { add: spec.addCapabilities ?? [], drop: spec.dropCapabilities ?? [] },
    all,
  );
  const missing = wanted.filter(name => !all.includes(name));
  return {
    given: wanted.filter(name => all.includes(name)),
    warnings: missing.map(name => `no capability ${name}: this process does not hold it`),
  };
}

/** Holds the program back until the caller is ready; it hangs on nothing but files, so any runtime can do it. */
function gateOf(
  work: Work,
  paths: RunPaths,
): { readonly args: readonly string[]; readonly env: readonly string[] } {
  const script = 'cat >"$0.part" && mv "$0.part" "$0"; until [ -e "$1" ]; do sleep 0.01; done';
  const env = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', `SAMPAN_WORK=${work.path}`];
  return { args: ['/bin/sh', '-c', script, paths.gateState, paths.gateOpen], env };
}
