import { posix } from 'node:path';
import type { CdiHook, CdiMount } from '../document/index.ts';
import { type HostFiles, linksTo } from '../files/index.ts';
import type { WantedLink } from './gpus.ts';
import { fileMount, programPath } from './others.ts';

/** What a container needs that no mount and no node gives. */
export interface HookWishes {
  readonly links: readonly WantedLink[];
  /** Directories of libraries that the loader must know. */
  readonly folders: readonly string[];
  /** For programs that bring newer libraries of CUDA with them. */
  readonly compatVersion?: string;
  /** Whether programs inside must be kept from making nodes. */
  readonly keepsNodes: boolean;
}

/** Hooks, or the mounts that stand for them, and what is lost by that. */
export interface HookEdits {
  readonly hooks: readonly CdiHook[];
  readonly mounts: readonly CdiMount[];
  readonly notices: readonly string[];
}

const PROGRAMS = ['nvidia-cdi-hook', 'nvidia-ctk'];
const ELSEWHERE = '/usr/local/nvidia/toolkit';

/** NVIDIA's program that runs as a hook. */
export function hookProgram(files: HostFiles): string | undefined {
  const places = PROGRAMS.map(
    name => programPath(files, name) ?? [`${ELSEWHERE}/${name}`].find(path => files.real(path) !== undefined),
  );
  return places.find(path => path !== undefined);
}

/**
 * Hooks of NVIDIA's program where it is there. Without it, links and other names of libraries become mounts of what
 * they lead to.
 */
export function hookEdits(files: HostFiles, wishes: HookWishes, libraries: readonly string[]): HookEdits {
  const program = hookProgram(files);
  if (program !== undefined) return { hooks: hooksOf(program, wishes), mounts: [], notices: [] };
  const mounts = [
    ...libraries.flatMap(path => linksTo(files, path)).map(({ path, real }) => fileMount(real, path)),
    ...wishes.links.flatMap(link => linkMount(files, link)),
  ];
  const lost = [
    ...(wishes.compatVersion === undefined ? [] : ['newer CUDA libraries of images (enable-cuda-compat)']),
    ...(wishes.folders.length === 0
      ? []
      : [`the loader's cache of the container for ${wishes.folders.join(', ')}`]),
    ...(wishes.keepsNodes ? ['the ban on making device nodes inside'] : []),
  ];
  const notice = `there is no nvidia-cdi-hook: links are made as mounts; lost are ${lost.join('; ')}`;
  return { hooks: [], mounts, notices: lost.length === 0 ? [] : [notice] };
}

/** What a link leads to, in its place. */
export function linkMount(files: HostFiles, { path, target }: WantedLink): readonly CdiMount[] {
  const directory = posix.dirname(path);
  const real = files.real(posix.resolve(directory, target));
  return real === undefined || path.startsWith('/dev/') ? [] : [fileMount(real, path)];
}

/** As `nvidia-ctk cdi generate` writes them. */
export function hooksOf(program: string, wishes: HookWishes): readonly CdiHook[] {
  const name = posix.basename(program);
  const first = name === 'nvidia-ctk' ? [name, 'hook'] : [name];
  const hook = (...args: readonly string[]): CdiHook => ({
    hookName: 'createContainer',
    path: program,
    args: [...first, ...args],
    env: ['NVIDIA_CTK_DEBUG=false'],
  });
  const { links, folders, compatVersion, keepsNodes } = wishes;
  const arguments_ = links.flatMap(({ path, target }) => ['--link', `${target}::${path}`]);
  return [
    ...(links.length === 0 ? [] : [hook('create-symlinks', ...arguments_)]),
    ...(compatVersion === undefined
      ? []
      : [hook('enable-cuda-compat', `--host-driver-version=${compatVersion}`)]),
    ...(folders.length === 0
      ? []
      : [hook('update-ldcache', ...folders.flatMap(folder => ['--folder', folder]))]),
    ...(keepsNodes ? [hook('disable-device-node-modification')] : []),
  ];
}
