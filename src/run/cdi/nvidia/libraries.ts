import { posix } from 'node:path';
import type { HostFiles } from '../files/index.ts';

const MAX_CACHE_BYTES = 16 * 1024 * 1024;
const USUAL = ['/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];
const ELF_64 = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2]);

/** The libraries of a driver. */
export interface DriverLibraries {
  /** Real paths, sorted. */
  readonly paths: readonly string[];
  /** Where `libcuda` is; undefined when it is not. */
  readonly directory: string | undefined;
  /** Versions of other drivers whose libraries are there. */
  readonly others: readonly string[];
}

/**
 * Finds what a driver of this version installed: what the loader's cache knows under its version, what is beside it,
 * and the few libraries that have versions of their own. Only those of 64 bits.
 */
export async function driverLibraries(files: HostFiles, version: string): Promise<DriverLibraries> {
  const known = await cachedLibraries(files);
  const found = new Set(known.filter(path => path.endsWith(`.so.${version}`)));
  const directories = new Set([...found].map(path => posix.dirname(path)));
  for (const directory of directories.size > 0 ? directories : USUAL)
    for (const place of [directory, `${directory}/vdpau`])
      for (const path of matching(files, place, version)) found.add(path);
  const cuda = [...found].find(path => posix.basename(path).startsWith('libcuda.so.'));
  const others = known.flatMap(path => /\/libcuda\.so\.(\d{3,4}\.[\d.]+)$/.exec(path)?.[1] ?? []);
  return {
    paths: [...found].filter(path => is64(files, path)).sort(),
    directory: cuda === undefined ? undefined : posix.dirname(cuda),
    others: [...new Set(others)].filter(one => one !== version),
  };
}

/** Real paths of all that the loader knows. */
async function cachedLibraries(files: HostFiles): Promise<readonly string[]> {
  const bytes = files.bytes('/etc/ld.so.cache', MAX_CACHE_BYTES);
  if (bytes === undefined) return [];
  // Only machines with such a GPU need the reader.
  const { parseLoaderCache } = await import('../../../image/userland/libraries/index.ts');
  const own = parseLoaderCache(bytes).filter(({ name }) => OF_DRIVER.test(name));
  return [...new Set(own.flatMap(({ path }) => files.real(path) ?? []))];
}

/** Names that a driver gives its libraries. */
const OF_DRIVER = /nvidia|cuda|nvcuvid|nvoptix|vdpau|GLX|EGL|GLES|nvcubins|nvsdm|cudadebugger/i;
/** They come with the driver under versions of their own. */
const OWN_VERSION = /^libnvidia-(egl-(gbm|wayland)\.so\.\d+\.\d+\.?\d*|nvvm70\.so\.\d+)$/;

function matching(files: HostFiles, directory: string, version: string): readonly string[] {
  return files
    .names(directory)
    .filter(name => name.endsWith(`.so.${version}`) || OWN_VERSION.test(name))
    .flatMap(name => {
      const path = posix.join(directory, name);
      return files.kind(path) === 'file' ? [path] : [];
    });
}

function is64(files: HostFiles, path: string): boolean {
  return files.bytes(path, ELF_64.length)?.equals(ELF_64) === true;
}

/** Modules of the X server that belong to the driver. */
export function xorgModules(
  files: HostFiles,
  { version, directory }: { readonly version: string; readonly directory: string },
): readonly string[] {
  const roots = [directory, '/usr/lib', '/usr/lib64', '/usr/X11R6/lib', '/usr/X11R6/lib64'];
  const places = roots.flatMap(root =>
    ['modules/drivers', 'modules/extensions', 'modules/updates/drivers', 'modules/updates/extensions'].map(
      place => `${root}/xorg/${place}`,
    ),
  );
  return ['nvidia_drv.so', `libglxserver_nvidia.so.${version}`].flatMap(name => {
    const all = [`${directory}/nvidia/xorg`, ...places].map(place => `${place}/${name}`);
    return all.find(path => files.real(path) !== undefined) ?? [];
  });
}
