import { isSampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import { programOf } from '../language/index.ts';
import type { Tree } from '../tree/index.ts';
import { readElf } from '../userland/elf/index.ts';
import { librariesIn } from '../userland/libraries/index.ts';
import { environmentOf } from './environment.ts';

/** What the image starts. */
export interface Program {
  /** The real path of the program that runs: an interpreter, where the app is a script. */
  readonly path: string;
  /** The path by which it is started: that of a link, where it is one. */
  readonly name: string;
  readonly linkage: 'static' | 'dynamic';
  /** `glibc` or `musl`, by its interpreter; absent for a static program. */
  readonly libc: 'glibc' | 'musl' | undefined;
  /** What interprets the app: `python`, `node`, …; absent for a program of its own. */
  readonly interpreter: string | undefined;
  /** Real paths of what its loader maps: libraries, the loader, the program itself. */
  readonly files: readonly string[];
  /** Libraries that it asks for and that are not there. */
  readonly missing: readonly string[];
  /** False where parts of it, or of a library, were not at hand: it may need more than `files`. */
  readonly isWhole: boolean;
}

const INTERPRETERS =
  /^(python|node|nodejs|ruby|perl|php|java|sh|bash|dash|busybox|lua|guile|Rscript|deno|bun|tclsh)(?:[\d.]*)?$/;

const SHELL = /\/(?:sh|bash|dash|ash|busybox|env|tini|dumb-init|su|gosu|su-exec|sudo)$/;

/** The program behind the entry point and command of an image; absent when nothing of that kind is found. */
export function programIn(tree: Tree, config: ImageConfig): Program | undefined {
  const { Entrypoint, Cmd, Env, WorkingDir } = config.config ?? {};
  const argv = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  if (argv.length === 0) return undefined;
  const env = environmentOf(Env ?? []);
  try {
    const reached = programOf(tree, argv, { env, cwd: WorkingDir || '/' });
    const programs = reached.map(each => each.path).filter(path => isProgram(tree, path));
    const path = programs.findLast(each => !SHELL.test(each)) ?? programs.at(-1);
    return path === undefined ? undefined : describe(tree, path, { argv, env });
  } catch (error) {
    // A path that is asked for too often, or a content that is not at hand: then nothing is known.
    if (isSampanError(error, 'integrity')) throw error;
    return undefined;
  }
}

function isProgram(tree: Tree, path: string): boolean {
  const node = tree.resolve(path)?.node;
  if (node?.kind !== 'file') return false;
  const kind = readElf(node.content)?.kind;
  return kind === 'executable' || kind === 'shared';
}

/** What a container starts, and with what around it. */
interface Started {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const MOST_WORDS = 8;

function describe(tree: Tree, path: string, started: Started): Program | undefined {
  const real = tree.resolve(path)?.node;
  const elf = real?.kind === 'file' ? readElf(real.content) : undefined;
  if (real === undefined || elf === undefined) return undefined;
  const closure = librariesIn(tree, { environment: started.env }).closure([real.path]);
  const name = real.path.slice(real.path.lastIndexOf('/') + 1);
  return {
    path: real.path,
    name: nameOf(tree, real.path, started),
    linkage: elf.interpreter === undefined ? 'static' : 'dynamic',
    libc: elf.interpreter === undefined ? undefined : /ld-musl/.test(elf.interpreter) ? 'musl' : 'glibc',
    interpreter: INTERPRETERS.exec(name)?.[1],
    files: [...closure.files.keys()],
    missing: closure.missing.map(each => each.name),
    isWhole: [...closure.files.keys()].every(each => isReadable(tree, each)),
  };
}

/** Of compressed layers only some bytes are kept, and what a program asks for may not be among them. */
function isReadable(tree: Tree, path: string): boolean {
  const node = tree.get(path);
  return node?.kind === 'file' && readElf(node.content)?.damaged === false;
}

/** The word of a command that leads to a program: the name that people know it by. */
function nameOf(tree: Tree, real: string, { argv, env }: Started): string {
  const directories = (env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':');
  for (const word of argv.slice(0, MOST_WORDS)) {
    if (!/^[\w./+-]{1,200}$/.test(word)) continue;
    const paths = word.startsWith('/') ? [word] : directories.map(directory => `${directory}/${word}`);
    const found = paths.find(path => tree.resolve(path)?.node.path === real);
    if (found !== undefined) return found;
  }
  return real;
}
