import { posix } from 'node:path';
import type { CdiHook, CdiMount } from '../document/index.ts';
import { type HostFiles, linksTo } from '../files/index.ts';
import { linkMount } from '../nvidia/index.ts';

/** What stands for hooks that cannot run. */
export interface StandIns {
  readonly mounts: readonly CdiMount[];
  readonly environment: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
}

const READ_ONLY = ['ro', 'nosuid', 'nodev', 'rbind', 'rprivate'];
/** Images for CUDA search there, by a variable that is replaced. */
const SEARCHED_BY_IMAGES = ['/usr/local/nvidia/lib64', '/usr/local/cuda/lib64'];

/** Does by mounts and variables what hooks of NVIDIA's program would do, and tells what it cannot. */
export function hookStandIns(
  host: HostFiles,
  hooks: readonly CdiHook[],
  {
    mounts,
    environment,
  }: {
    readonly mounts: readonly CdiMount[];
    readonly environment: ReadonlyMap<string, { readonly value: string }>;
  },
): StandIns {
  const calls = hooks.map(callOf);
  const links = calls
    .filter(({ verb }) => verb === 'create-symlinks')
    .flatMap(({ args }) => valuesOf(args, '--link'));
  const folders = [
    ...new Set(
      calls.filter(({ verb }) => verb === 'update-ldcache').flatMap(({ args }) => valuesOf(args, '--folder')),
    ),
  ];
  const libraries = mounts.filter(({ containerPath }) => folders.includes(posix.dirname(containerPath)));
  const lost = calls.flatMap(
    ({ verb, program }) => LOST[verb] ?? (verb in DONE ? [] : [`the hook ${program} ${verb}`.trim()]),
  );
  return {
    mounts: [
      ...links.flatMap(link => mountOfLink(host, link)),
      ...libraries.flatMap(one => otherNames(host, one)),
    ],
    environment: searchPath(folders, environment.get('LD_LIBRARY_PATH')?.value),
    notices:
      lost.length === 0 ? [] : [`hooks do not run without CDI; lost: ${[...new Set(lost)].join('; ')}`],
  };
}

/** What is told of hooks that nothing stands for. */
const LOST: Readonly<Record<string, readonly string[]>> = {
  'enable-cuda-compat': ['newer CUDA libraries of the image (enable-cuda-compat)'],
  'update-application-profile': ['application profiles of the driver'],
};

/** Nodes cannot be made inside without MKNOD; directories are made by the mounts. */
const DONE: Readonly<Record<string, true>> = {
  'create-symlinks': true,
  'update-ldcache': true,
  'disable-device-node-modification': true,
  chmod: true,
};

interface Call {
  readonly program: string;
  readonly verb: string;
  readonly args: readonly string[];
}

function callOf({ path, args = [] }: CdiHook): Call {
  const program = posix.basename(path);
  if (!['nvidia-cdi-hook', 'nvidia-ctk'].includes(program)) return { program, verb: '', args };
  const [verb = '', ...rest] = args.slice(args[1] === 'hook' ? 2 : 1);
  return { program, verb, args: rest };
}

/** Values of an option that may come several times. */
function valuesOf(args: readonly string[], option: string): readonly string[] {
  return args.flatMap((one, index) => {
    if (one.startsWith(`${option}=`)) return [one.slice(option.length + 1)];
    return one === option ? (args[index + 1] ?? []) : [];
  });
}

function mountOfLink(host: HostFiles, text: string): readonly CdiMount[] {
  const [target = '', path = ''] = text.split('::');
  return path.startsWith('/') && target !== '' ? linkMount(host, { path, target }) : [];
}

/** The names that the loader's cache would give a library. */
function otherNames(host: HostFiles, { hostPath, containerPath }: CdiMount): readonly CdiMount[] {
  const directory = posix.dirname(containerPath);
  return linksTo(host, hostPath).map(({ path, real }) => ({
    hostPath: real,
    containerPath: posix.join(directory, posix.basename(path)),
    options: READ_ONLY,
  }));
}

function searchPath(folders: readonly string[], own: string | undefined): Readonly<Record<string, string>> {
  if (folders.length === 0) return {};
  const all = own === undefined ? [...folders, ...SEARCHED_BY_IMAGES] : [own, ...folders];
  return { LD_LIBRARY_PATH: all.filter(one => one !== '').join(':') };
}
