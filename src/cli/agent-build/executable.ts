import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SampanError, wrap } from '../../core/errors/index.ts';

const run = promisify(execFile);

/** What an executable is made of. */
export interface ExecutableParts {
  readonly code: Uint8Array;
  /** The node of the target's platform, of the version that runs this. */
  readonly nodePath: string;
  readonly output: string;
  readonly signal: AbortSignal;
}

/** Of Node's documentation, "Single executable applications". */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const RESOURCE = 'NODE_SEA_BLOB';
/** The agent mostly waits: code that is compiled, and the compiler itself, would take more memory than they save time. */
const NODE_FLAGS = ['--lite-mode', '--max-semi-space-size=1', '--disable-warning=ExperimentalWarning'];
/** GNU's strip knows one architecture, LLVM's all. */
const STRIPPERS = ['strip', 'llvm-strip', 'aarch64-linux-gnu-strip', 'x86_64-linux-gnu-strip'];

/**
 * Writes a single executable: node, with the script inside. It appears under its name when it is whole.
 *
 * @throws SampanError `unsupported` where postject is not installed.
 */
export async function makeExecutable({ code, nodePath, output, signal }: ExecutableParts): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'sampan-build-'));
  const fresh = join(dirname(output), `.${process.pid}.sampan-agent`);
  try {
    const blob = await blobOf(code, work, signal);
    await copyFile(nodePath, fresh);
    await chmod(fresh, 0o755);
    await strip(fresh, signal);
    await inject(fresh, blob, signal);
    await rename(fresh, output);
  } catch (error) {
    await rm(fresh, { force: true });
    throw wrap('making the executable', error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function blobOf(code: Uint8Array, work: string, signal: AbortSignal): Promise<string> {
  const main = join(work, 'agent.cjs');
  const output = join(work, 'agent.blob');
  const settings = join(work, 'sea.json');
  await writeFile(main, code);
  await writeFile(
    settings,
    JSON.stringify({ main, output, disableExperimentalSEAWarning: true, execArgv: NODE_FLAGS }),
  );
  await run(process.execPath, ['--experimental-sea-config', settings], { signal });
  return output;
}

/** Without its symbols node is a seventh smaller; where no tool can do it, it stays as it is. */
async function strip(path: string, signal: AbortSignal): Promise<void> {
  for (const tool of STRIPPERS) {
    try {
      await run(tool, [path], { signal });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
    }
  }
}

/** In a process of its own: its library takes a gigabyte, and warns of harmless oddities of node's own file. */
async function inject(path: string, blob: string, signal: AbortSignal): Promise<void> {
  await run(process.execPath, [injector(), path, RESOURCE, blob, '--sentinel-fuse', FUSE], { signal });
}

function injector(): string {
  try {
    return createRequire(import.meta.url).resolve('postject/dist/cli.js');
  } catch (error) {
    throw new SampanError('unsupported', 'building an agent needs postject, which is not installed', {
      cause: error,
      remedy: 'npm install --global esbuild postject (beside sampan)',
    });
  }
}
